package wecom_test

import (
	"context"
	"fmt"
	"log"
	"sync"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/wecomtest"
)

// tokenTable is a TokenStore of one's own: a table that all processes of an app use. A map stands for the
// database here; with SQL each method is the one statement beside it.
type tokenTable struct {
	mu   sync.Mutex
	rows map[string]tokenRow
}

type tokenRow struct {
	token   string
	expires time.Time
}

// SELECT token, expires FROM wecom_token WHERE name = ?
func (t *tokenTable) Load(_ context.Context, key string) (string, time.Time, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	row := t.rows[key] // absent is "", which is no error
	return row.token, row.expires, nil
}

// INSERT INTO wecom_token … ON CONFLICT (name) DO UPDATE …
func (t *tokenTable) Save(_ context.Context, key, token string, expires time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[key] = tokenRow{token, expires}
	return nil
}

// DELETE FROM wecom_token WHERE name = ? AND token = ?
func (t *tokenTable) Drop(_ context.Context, key, token string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows[key].token == token { // another process may have saved a new one
		delete(t.rows, key)
	}
	return nil
}

// A store is checked by wecomtest, then given to every process of the app: they fetch one token.
func ExampleTokenStore() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})

	store := &tokenTable{rows: map[string]tokenRow{}}
	fmt.Println(wecomtest.TestTokenStore(store))

	for range 3 { // three processes
		wc, err := wecom.New(wecom.Config{
			CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL,
			Tokens:  store,
			OnError: func(err error) { log.Print(err) }, // the store is away: each process fetches for itself
		})
		if err != nil {
			log.Fatal(err)
		}
		if _, err := wc.Token(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(srv.Calls("/cgi-bin/gettoken"), "fetch")
	// Output:
	// <nil>
	// 1 fetch
}
