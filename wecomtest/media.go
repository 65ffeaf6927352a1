package wecomtest

import (
	"bytes"
	"crypto/rand"
	"time"
)

// mediaLife is how long a media_id is valid (vendor's document: "上传临时素材").
const mediaLife = 3 * 24 * time.Hour

// Media is a file that was uploaded.
type Media struct {
	ID      string // media_id
	Type    string // image, voice, video or file
	Name    string // the file name that came with it
	Data    []byte
	Created time.Time

	robot *robot // whose upload_media it was; nil for media/upload
}

// mediaBook holds the uploads of the company.
type mediaBook struct {
	byID   map[string]Media
	images map[string][]byte // of media/uploadimg, by URL
	days   perDay            // of media/uploadimg
	month  pace              // of media/uploadimg
}

func (b *mediaBook) init() {
	b.byID, b.images, b.days = map[string]Media{}, map[string][]byte{}, perDay{}
}

// AddMedia puts a file there as if it had been uploaded now, unchecked, and
// returns its media_id: for tests that need one, of a certain name, age or a size
// that media/upload does not take. Without an ID or Created it gets them, without
// a Type it is a file.
func (s *Server) AddMedia(m Media) (mediaID string) {
	m.Data, m.robot = bytes.Clone(m.Data), nil
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.media.add(m).ID
}

func (b *mediaBook) add(m Media) Media {
	if m.ID == "" {
		m.ID = "3" + rand.Text() + rand.Text()
	}
	if m.Type == "" {
		m.Type = "file"
	}
	if m.Created.IsZero() {
		m.Created = time.Now()
	}
	for id, old := range b.byID {
		if old.expired() {
			delete(b.byID, id)
		}
	}
	b.byID[m.ID] = m
	return m
}

func (m Media) expired() bool { return time.Since(m.Created) >= mediaLife }

// Media returns an upload by its media_id; ok is false if there is none or it is
// older than three days.
func (s *Server) Media(mediaID string) (m Media, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok = s.media.byID[mediaID]
	if !ok || m.expired() {
		return Media{}, false
	}
	m.Data = bytes.Clone(m.Data)
	return m, true
}

// Image returns what media/uploadimg answered with that URL.
func (s *Server) Image(url string) (data []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok = s.media.images[url]
	return bytes.Clone(data), ok
}

// usableMedia finds media of a type; kind "" is any. Those of a robot are for
// that robot alone, those of the company for all of its apps.
func (s *Server) usableMedia(id, kind string, by *robot) (Media, *refusal) {
	m, ok := s.media.byID[id]
	if !ok || m.expired() || m.robot != by || kind != "" && m.Type != kind {
		return Media{}, refuse(40007, "")
	}
	return m, nil
}
