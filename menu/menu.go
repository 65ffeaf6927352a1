package menu

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"github.com/bkwecom/wecom/internal/retry"
)

// codeNoMenu is the vendor's "menu not set for this app".
const codeNoMenu = 46003

// Create publishes m as the menu of the app and replaces the one before.
//
// Errors: [*LimitError] and [*FieldError] before the call; of the API's, 40054 and 40055 refuse the
// domain of a URL, 301002 means that the secret belongs to another app.
// Source: vendor's document menu/create.
func Create(ctx context.Context, api Caller, agentID int, m Menu) error {
	if len(m.Buttons) == 0 {
		return &FieldError{"button", "there is none: add 1 to 3, or use Delete"}
	}
	if err := checkButtons("button", m.Buttons, 0); err != nil {
		return err
	}
	in, err := encode(m)
	if err != nil {
		return err
	}
	return call(ctx, api, agentID, "POST", "create", in, nil)
}

// Get reads the menu of the app. An app that has none gives the zero Menu and no error: there is
// nothing that a caller must do differently, and no menu that exists is empty.
//
// Source: vendor's document menu/get.
func Get(ctx context.Context, api Caller, agentID int) (Menu, error) {
	var m Menu
	err := call(ctx, api, agentID, "GET", "get", nil, &m)
	if retry.ErrCode(err) == codeNoMenu || err == nil && len(m.Buttons) == 0 {
		return Menu{}, nil
	}
	if err != nil {
		return Menu{}, err
	}
	return m, nil
}

// Delete removes the menu of the app. That there was none is no error.
//
// Source: vendor's document menu/delete.
func Delete(ctx context.Context, api Caller, agentID int) error {
	err := call(ctx, api, agentID, "GET", "delete", nil, nil)
	if retry.ErrCode(err) == codeNoMenu {
		return nil
	}
	return err
}

// call makes one of the calls, which have agentid in the query even where they have a body.
func call(ctx context.Context, api Caller, agentID int, method, name string, in json.RawMessage, out *Menu) error {
	if api == nil {
		return &FieldError{"api", "is nil: pass a *wecom.Client"}
	}
	if agentID <= 0 {
		return &FieldError{"agentid", fmt.Sprintf("%d is no app", agentID)}
	}
	err := retry.Do(ctx, func() error {
		query := url.Values{"agentid": {strconv.Itoa(agentID)}}
		// A nil pointer or RawMessage in an interface would not be nil to the client.
		var inJSON, outJSON any
		if in != nil {
			inJSON = in
		}
		if out != nil {
			*out = Menu{} // an attempt that failed may have left something
			outJSON = out
		}
		return api.Call(ctx, method, "/cgi-bin/menu/"+name, query, inJSON, outJSON)
	}, nil) // no call of this package does harm when made twice
	if err != nil {
		return fmt.Errorf("menu: %s: %w", name, err)
	}
	return nil
}
