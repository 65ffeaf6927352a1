package main

import "os"

// soak asks for the long forms of tests.
var soak = os.Getenv("SOAK") != ""
