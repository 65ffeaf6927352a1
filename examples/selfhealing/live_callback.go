package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// newCallback serves the callback address. It is nil while Token or
// EncodingAESKey is missing.
func (r *replies) newCallback(state settings.State, seen callback.Duplicates) (*callback.Handler, error) {
	set := state.Wechat
	if !set.Token.Set() || !set.EncodingAESKey.Set() {
		return nil, nil
	}
	cfg := callback.Config{
		Duplicates: seen,
		Handle:     r.handle,
		Late:       r.late,
		OnError: func(req *http.Request, err error) {
			r.log.WarnContext(req.Context(), "callback", "err", err)
		},
	}
	pairs := append(state.Retired[:len(state.Retired):len(state.Retired)],
		settings.Pair{Token: set.Token, EncodingAESKey: set.EncodingAESKey, CorpID: set.CorpID, AgentID: set.AgentID})
	if why := insecure(set); why != "" {
		// Only the URL check works: nobody knows for whom a message is, or
		// everybody can write one.
		cfg.Handle = func(ctx context.Context, _ callback.Message) (callback.Reply, error) {
			r.log.WarnContext(ctx, "a message was not looked at", "why", why)
			return nil, nil
		}
		pairs = pairs[len(pairs)-1:]
	}
	if set.AgentID != 0 {
		for _, p := range pairs {
			if p.AgentID != 0 {
				cfg.AgentIDs = append(cfg.AgentIDs, p.AgentID)
			}
		}
	}
	oldest := callbackKeys(pairs[0])
	cfg.Token, cfg.EncodingAESKey, cfg.ReceiverID = oldest.Token, oldest.EncodingAESKey, oldest.ReceiverID
	h, err := callback.New(cfg)
	for i := 1; i < len(pairs) && err == nil; i++ {
		err = h.Rotate(callbackKeys(pairs[i]), time.Until(pairs[i-1].Until))
	}
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", settings.Token, settings.EncodingAESKey, err)
	}
	return h, nil
}

func callbackKeys(p settings.Pair) callback.Keys {
	k := callback.Keys{Token: p.Token.Reveal(), EncodingAESKey: p.EncodingAESKey.Reveal(), ReceiverID: p.CorpID}
	if p.CorpID == "" {
		k.ReceiverID = wecomcrypto.AnyReceiver // for the first URL check
	}
	return k
}

// insecure says why messages from WeCom decide nothing; "" if they do.
func insecure(set settings.Wechat) string {
	switch {
	case set.PublicDefaults():
		return "Token 或 EncodingAESKey 是公开的默认值，请先修改 (the guide's defaults are known to everybody: change " + settings.Token + " and " + settings.EncodingAESKey + ")"
	case set.CorpID == "":
		return settings.CorpID + " is not set"
	}
	return ""
}
