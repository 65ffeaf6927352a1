package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkPush is one alarm over HTTP, by 20 clients at once. The floor decodes
// the same JSON and makes the same bytes durable with one fsync, with the
// standard library alone.
func BenchmarkPush(b *testing.B) {
	b.Run("alarm", func(b *testing.B) {
		b.Run("floor", func(b *testing.B) {
			file := must[*os.File](b)(os.Create(filepath.Join(b.TempDir(), "log")))
			b.Cleanup(func() { _ = file.Close() })
			var mu sync.Mutex
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var alarm map[string]string
				if err := json.NewDecoder(r.Body).Decode(&alarm); err != nil {
					http.Error(w, err.Error(), http.StatusBadRequest)
					return
				}
				line, _ := json.Marshal(alarm)
				mu.Lock()
				defer mu.Unlock()
				if _, err := file.Write(line); err != nil || file.Sync() != nil {
					http.Error(w, "not stored", http.StatusInternalServerError)
				}
			}))
			b.Cleanup(srv.Close)
			pushAll(b, srv.URL, "")
		})
		b.Run("wecom", func(b *testing.B) {
			s := newStage(b, nil)
			pushAll(b, s.pushURL, s.secret)
		})
	})
}

// pushAll reports the 99th percentile beside the mean.
func pushAll(b *testing.B, url, secret string) {
	b.Helper()
	const clients = 20
	var next atomic.Int64
	took := make([][]time.Duration, clients)
	var wg sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	b.ResetTimer()
	for c := range clients {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				start := time.Now()
				if err := pushOne(b.Context(), client, url, secret, n); err != nil {
					b.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(start))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	if len(all) > 0 {
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	}
}

// pushRequest is the n-th alarm, from a source of its own.
func pushRequest(ctx context.Context, url, secret string, n int64) (*http.Request, error) {
	body := fmt.Sprintf(`{"ip":"10.0.0.1","source_id":"%d","source_time":%q,"alarm_type":"api_default","alarm_content":"磁盘 /data 只读，服务无法写入"}`,
		n, time.Now().Format("2006-01-02 15:04:05-07:00"))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err == nil {
		req.Header.Set("X-Secret", secret)
	}
	return req, err
}

func pushOne(ctx context.Context, client *http.Client, url, secret string, n int64) error {
	req, err := pushRequest(ctx, url, secret, n)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if answer, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %w", resp.Status, answer, err)
	}
	return nil
}
