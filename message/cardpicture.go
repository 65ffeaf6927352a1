package message

// CardImage is the large picture of a [NewsNotice].
type CardImage struct {
	URL string `json:"url"` // required
	// AspectRatio is width by height, from 1.3 to less than 2.25; 0 is the vendor's default, 1.3.
	AspectRatio float64 `json:"aspect_ratio,omitempty"`
}

func (c CardImage) check(p part) {
	if c == (CardImage{}) {
		return
	}
	p.url("url", c.URL)
	// So put that it refuses NaN.
	if c.AspectRatio != 0 && !(c.AspectRatio >= defaultRatio && c.AspectRatio < 2.25) {
		p.bad("aspect_ratio", "%v is not between 1.3 and 2.25: crop the picture, or leave it 0 for 1.3", c.AspectRatio)
	}
}

// defaultRatio is not sent: "greater than 1.3" and "1.3 by default" stand side by side in the
// vendor's document.
const defaultRatio = 1.3

func (c CardImage) wire() CardImage {
	if c.AspectRatio == defaultRatio {
		c.AspectRatio = 0
	}
	return c
}

// ImageTextArea is a small picture with words beside it, in a [NewsNotice].
type ImageTextArea struct {
	Opens    Target // by a tap on the area
	Title    string
	Desc     string
	ImageURL string // required
}

func (a ImageTextArea) none() bool {
	return absent(a.Opens) && a.Title == "" && a.Desc == "" && a.ImageURL == ""
}

func (a ImageTextArea) check(p part) {
	if a.none() {
		return
	}
	checkTarget(p, a.Opens)
	p.text("title", a.Title, 0)
	p.text("desc", a.Desc, 0)
	p.url("image_url", a.ImageURL)
}
