// Package play tells a demo: numbered steps in plain words, each of which is
// checked from what members see on their phones.
package play

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

// patience is how long a step waits for what it should see.
const patience = 5 * time.Second

// Play prints what happens, and waits for it.
type Play struct {
	Out   io.Writer
	WeCom *wecomtest.Server

	steps  int
	broken *Broken
}

// Broken is a step that failed.
type Broken struct {
	Step int // from 1
	Err  error
}

func (b *Broken) Error() string { return fmt.Sprintf("the demo broke at step %d", b.Step) }
func (b *Broken) Unwrap() error { return b.Err }

// Step prints a title and does what it says. After a step that failed, no other
// is done.
func (p *Play) Step(title string, do func() error) {
	if p.broken != nil {
		return
	}
	p.steps++
	fmt.Fprintf(p.Out, "%2d. %s\n", p.steps, title)
	if err := do(); err != nil {
		fmt.Fprintf(p.Out, "  ✘ %v\n", err)
		p.broken = &Broken{p.steps, err}
	}
}

// End returns how many steps were done, and the *Broken one if there is one.
func (p *Play) End() (steps int, err error) {
	if p.broken != nil {
		return p.steps, p.broken
	}
	return p.steps, nil
}

// Tell prints what somebody sees or does, indented.
func (p *Play) Tell(who, what string) {
	fmt.Fprintf(p.Out, "      %s: %s\n", who, strings.ReplaceAll(what, "\n", "\n        "))
}

// Gets waits for a message on a member's phone and prints it.
func (p *Play) Gets(ctx context.Context, member string, words ...string) error {
	m, err := p.Find(ctx, member, words...)
	if err != nil {
		return err
	}
	p.Tell(member+" 的手机", m.Content)
	return nil
}

// Find waits for a message on a member's phone that is no passive reply and
// holds all the words.
func (p *Play) Find(ctx context.Context, member string, words ...string) (wecomtest.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m, err := p.WeCom.WaitInbox(ctx, member, func(m wecomtest.Message) bool {
		return !m.Passive && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(m.Content, w) })
	})
	if err != nil {
		return m, fmt.Errorf("%s 的手机上没有出现 %q", member, words)
	}
	return m, nil
}

// None fails if a member got any message that is no passive reply.
func (p *Play) None(member string) error {
	for _, m := range p.WeCom.Inbox(member) {
		if !m.Passive {
			return fmt.Errorf("%s 不该收到消息，收到了 %q", member, m.Content)
		}
	}
	return nil
}

// errPatience means that something did not happen in time.
var errPatience = errors.New("等待超时")

// Until waits until done reports true or an error.
func (p *Play) Until(ctx context.Context, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errPatience)
	defer cancel()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Secret makes a secret that nobody knows.
func Secret() string { return rand.Text() }

// AESKey makes an EncodingAESKey as the admin console does: 43 characters.
func AESKey() string { return (rand.Text() + rand.Text())[:43] }
