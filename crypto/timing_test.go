package crypto_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

const (
	timingBatches = 40000 // both classes together
	timingBatch   = 50    // checks that one reading of the clock is for
	timingRounds  = 3
	timingLimit   = 4.5 // |t| beyond which a difference is taken for real, as in dudect
)

// TestTiming: how long a wrong signature takes to be refused does not tell how
// much of it is right. Its control, a comparison that stops at the first wrong
// byte, must be found out by the same measurement, or that measures nothing.
func TestTiming(t *testing.T) {
	if os.Getenv("TIMING") == "" {
		t.Skip("TIMING is not set: a quiet machine and some seconds are needed, see make timing")
	}
	codec := newCodec(t, fuzzReceiver)
	const timestamp, nonce, encrypted = "1700000000", "88112233", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="
	right := codec.Sign(timestamp, nonce, encrypted)
	wrong := [2]string{
		other(right[:1]) + right[1:],   // no byte of its prefix is right
		right[:39] + other(right[39:]), // 39 are
	}
	t.Run("Open", func(t *testing.T) {
		best := best(t, wrong, func(sig string) bool {
			_, err := codec.Open(sig, timestamp, nonce, encrypted)
			return errors.Is(err, wecomcrypto.ErrSignature)
		}, math.Min)
		if best >= timingLimit {
			t.Errorf("|t| is %.1f at least: the check tells how much of a signature is right", best)
		}
	})
	t.Run("control", func(t *testing.T) {
		best := best(t, wrong, func(sig string) bool {
			return !equalEarly(codec.Sign(timestamp, nonce, encrypted), sig)
		}, math.Max)
		if best < timingLimit {
			t.Errorf("|t| is %.1f at most: this machine cannot tell a comparison that stops early, so nothing was shown", best)
		}
	})
}

func other(digit string) string {
	if digit == "0" {
		return "1"
	}
	return "0"
}

func equalEarly(a, b string) bool {
	for i := range len(a) {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// best measures several times, since somebody else may use the machine.
func best(t *testing.T, sigs [2]string, refused func(string) bool, better func(a, b float64) float64) float64 {
	t.Helper()
	var found float64
	for round := range timingRounds {
		value := math.Abs(measure(t, sigs, refused))
		t.Logf("round %d: |t| = %.2f", round+1, value)
		if found = better(found, value); round == 0 {
			found = value
		}
	}
	return found
}

// measure is Welch's t between the two classes, which take turns at random.
func measure(t *testing.T, sigs [2]string, refused func(string) bool) float64 {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var took [2][]float64
	all := make([]float64, 0, timingBatches)
	for range timingBatches {
		class := rand.IntN(2)
		sig := strings.Clone(sigs[class]) // no class has an address of its own
		ok := true
		start := time.Now()
		for range timingBatch {
			ok = refused(sig) && ok
		}
		d := float64(time.Since(start))
		if !ok {
			t.Fatal("a wrong signature was not refused")
		}
		took[class] = append(took[class], d)
		all = append(all, d)
	}
	// The slowest fifth was interrupted by something else.
	slices.Sort(all)
	limit := all[len(all)*4/5]
	for i := range took {
		took[i] = slices.DeleteFunc(took[i], func(d float64) bool { return d > limit })
	}
	return welch(took[0], took[1])
}

func welch(a, b []float64) float64 {
	meanA, varA := moments(a)
	meanB, varB := moments(b)
	return (meanA - meanB) / math.Sqrt(varA/float64(len(a))+varB/float64(len(b)))
}

func moments(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, variance
}

// TestWelch against a value worked out by hand.
func TestWelch(t *testing.T) {
	t.Parallel()
	// Means 3 and 6, variances 2.5 and 2.5, five each: -3 / sqrt(1) = -3.
	if got := welch([]float64{1, 2, 3, 4, 5}, []float64{4, 5, 6, 7, 8}); math.Abs(got+3) > 1e-9 {
		t.Errorf("t = %v, want -3", got)
	}
}
