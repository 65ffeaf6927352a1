package message

import (
	"context"
	"encoding/json"
)

// Day is a day of [Sender.Statistics], in the vendor's time zone.
type Day int

// What the vendor has numbers of.
const (
	Today     Day = 0
	Yesterday Day = 1
)

// Statistic is how many messages an app has sent on a day.
type Statistic struct {
	AgentID int    `json:"agentid"`
	AppName string `json:"app_name"` // as in the admin console
	Count   int    `json:"count"`    // of messages, as the vendor counts them
}

// Statistics returns how many messages the apps have sent on day, by which to see the daily limit
// come near: 200 person-times for each account of the company.
//
// Errors: [*FieldError] for another day. Source: vendor's document message/get_statistics.
func (s *Sender) Statistics(ctx context.Context, day Day) ([]Statistic, error) {
	if day != Today && day != Yesterday {
		var f fields
		f.bad("time_type", "%d is no day that the vendor has numbers of: take Today or Yesterday", int(day))
		return nil, f.err
	}
	in, err := appendJSON(nil, struct {
		TimeType Day `json:"time_type"`
	}{day})
	if err != nil {
		return nil, err
	}
	var got struct{ Statistics []Statistic }
	err = s.repeat(ctx, "get_statistics", always, func(ctx context.Context) error {
		got.Statistics = nil
		return s.API.Call(ctx, "POST", "/cgi-bin/message/get_statistics", nil, json.RawMessage(in), &got)
	})
	if err != nil {
		return nil, err
	}
	return got.Statistics, nil
}
