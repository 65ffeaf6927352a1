package callback

// audience says which replies a message can have.
type audience uint8

const (
	nobody   audience = iota // no reply is shown
	unknown                  // not in the reference: any reply is tried
	member                   // what can be sent as a message
	card                     // updates of the tapped template card
	cardMenu                 // both
	taskCard                 // update_taskcard
	// Smart bots.
	botUnknown
	botMessage // streams and cards
	botWelcome // one text or card
	botCard    // updates of the tapped card
)

func (a audience) anything() bool { return a == unknown || a == botUnknown }

func (a audience) takesMessages() bool { return a == member || a == cardMenu }

// form is how a message was written, and how its reply must be.
type form uint8

const (
	formXML  form = iota
	formJSON      // the names of the XML, in JSON
	formBot       // the JSON of smart bots
)

// A target is what is known of a message for its reply.
type target struct {
	audience
	form form
}

// targetOf is asked before the handler, which may change its copy.
func targetOf(m Message, f form) target {
	t := target{audience: audienceOf(m), form: f}
	if t.audience == unknown && f == formBot {
		t.audience = botUnknown
	}
	return t
}

// audienceOf is the table of the vendor's documents "被动回复消息格式" and
// "事件格式", and that of smart bots.
func audienceOf(m Message) audience {
	switch m := m.(type) {
	case *Text, *Image, *Voice, *Video, *Location, *Link,
		*Subscribe, *EnterAgent, *LocationReport, *MenuClick, *MenuView, *MenuMiniProgram:
		return member
	case *ScanCode:
		if m.Event == "scancode_waitmsg" {
			return member
		}
	case *CardEvent:
		return card
	case *CardMenu:
		return cardMenu
	case *TaskCardClick:
		return taskCard
	case *BotText, *BotImage, *BotMixed, *BotVoice, *BotFile, *BotVideo, *BotStream:
		return botMessage
	case *BotEnterChat:
		return botWelcome
	case *BotCardEvent:
		return botCard
	case *Unknown:
		return unknown
	}
	return nobody
}
