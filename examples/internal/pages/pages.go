package pages

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed templates/*.html
var layouts embed.FS

// Config of an app's pages.
type Config struct {
	Title string // of the app, such as 故障自愈

	Pages fs.FS            // *.html; nil if the app has notices only
	Funcs template.FuncMap // beside when, which shows a time in Zone

	// Static is the address under which a browser finds the static files, as the
	// operator has configured it: a path or an http(s) URL, with a slash at the
	// end. It is asked for each page.
	Static func(r *http.Request) string
	Assets fs.FS // static files of the app beside the package's own

	// Link makes the address of an inner path, as a browser must ask for it. nil
	// leaves it as it is: the app is at the root.
	Link func(r *http.Request, path string) string

	CSRF func(r *http.Request) string // the token in forms; nil if no page has one

	// FormAction lists origins where the answer to a form may redirect to beside
	// this site, such as that of the sign-in; some browsers hold redirects to it.
	FormAction []string

	// Scripts lists addresses, beside the static files', from which a page may load
	// scripts; it may then ask this site, too. nil, and none, is a page without.
	Scripts func(r *http.Request) []string

	Simulated bool           // every page says 模拟环境
	Zone      *time.Location // of times on pages; nil is Asia/Shanghai, or UTC+8 without it
	Log       *slog.Logger   // nil is slog.Default
}

// Pages renders. It is safe for concurrent use.
type Pages struct {
	cfg    Config
	pages  map[string]*template.Template
	assets map[string]asset
}

// New parses all pages: one that cannot be parsed is an error now, not when
// somebody opens it.
func New(cfg Config) (*Pages, error) {
	switch {
	case cfg.Title == "":
		return nil, errors.New("pages: Title is empty")
	case cfg.Static == nil:
		return nil, errors.New("pages: Static is nil: pages would have no stylesheet")
	}
	if cfg.Link == nil {
		cfg.Link = func(_ *http.Request, path string) string { return path }
	}
	if cfg.CSRF == nil {
		cfg.CSRF = func(*http.Request) string { return "" }
	}
	cfg.Zone = cmp.Or(cfg.Zone, shanghai())
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	p := &Pages{cfg: cfg, pages: map[string]*template.Template{}}
	var err error
	if p.assets, err = loadAssets(cfg.Assets); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	funcs := template.FuncMap{"when": p.when}
	maps.Copy(funcs, cfg.Funcs)
	layout, err := template.New("layout.html").Funcs(funcs).ParseFS(layouts, "templates/layout.html")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	if err := p.add(layout, layouts, "templates/notice.html"); err != nil {
		return nil, err
	}
	if cfg.Pages == nil {
		return p, nil
	}
	return p, p.addAll(layout)
}

func (p *Pages) addAll(layout *template.Template) error {
	files, err := fs.Glob(p.cfg.Pages, "*.html")
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	for _, file := range files {
		if strings.HasPrefix(file, "_") {
			if layout, err = layout.ParseFS(p.cfg.Pages, file); err != nil {
				return fmt.Errorf("pages: %w", err)
			}
		}
	}
	for _, file := range files {
		if strings.HasPrefix(file, "_") {
			continue
		}
		if err := p.add(layout, p.cfg.Pages, file); err != nil {
			return err
		}
	}
	return nil
}

// add parses one page into a layout of its own, since every page defines the
// same names.
func (p *Pages) add(layout *template.Template, files fs.FS, file string) error {
	t, err := layout.Clone()
	if err == nil {
		t, err = t.ParseFS(files, file)
	}
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	for _, name := range []string{"title", "main"} {
		if t.Lookup(name) == nil {
			return fmt.Errorf("pages: %s does not define %q", file, name)
		}
	}
	p.pages[strings.TrimSuffix(path.Base(file), ".html")] = t
	return nil
}

// Show answers with a page. data is what the page gets as .Data. It never fails
// half-way: a page that cannot be rendered is logged and answered with 500.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, status int, page string, data any) {
	var b bytes.Buffer
	err := p.render(&b, r, page, data)
	if err != nil {
		p.cfg.Log.ErrorContext(r.Context(), "a page cannot be rendered", "page", page, "err", err)
		b.Reset()
		status = http.StatusInternalServerError
		if p.render(&b, r, "notice", failure(status)) != nil {
			b.WriteString(failure(status).Text)
		}
	}
	p.header(w.Header(), r)
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a peer that has gone away needs no page
}

func (p *Pages) render(b *bytes.Buffer, r *http.Request, page string, data any) error {
	t := p.pages[page]
	if t == nil {
		return fmt.Errorf("there is no page %q", page)
	}
	return t.ExecuteTemplate(b, "layout.html", View{App: p.cfg.Title, Simulated: p.cfg.Simulated, Data: data, pages: p, request: r})
}

// when shows a time to the minute, and nothing for the zero time.
func (p *Pages) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(p.cfg.Zone).Format("2006-01-02 15:04")
}

// shanghai is where the people are who read these pages.
func shanghai() *time.Location {
	if zone, err := time.LoadLocation("Asia/Shanghai"); err == nil {
		return zone
	}
	return time.FixedZone("UTC+8", 8*60*60)
}
