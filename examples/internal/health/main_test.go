package health_test

import (
	"testing"

	"github.com/bkwecom/wecom/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }
