// Package deploy holds no code: its tests run the configurations of this folder
// with the real servers.
package deploy
