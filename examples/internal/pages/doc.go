// Package pages renders the Chinese pages of the reference deployments: server
// side, without JavaScript, for a phone of 360 px, with security headers.
//
// # A page
//
// A page is a file of [Config.Pages], NAME.html, that defines "title" and "main"
// and may define "nav", the bar on top; files whose names begin with _ are
// parsed with every page. The layout gives them a [View]:
//
//	{{define "title"}}审批列表{{end}}
//	{{define "main"}}
//	<h1>审批列表</h1>
//	<ul class="cards">
//	{{range .Data}}<li><a href="{{$.Link "/wechat/a/"}}{{.ID}}/">{{.Title}}</a> <time>{{when .Time}}</time></li>
//	{{else}}{{template "empty" "没有待审批的告警"}}{{end}}
//	</ul>
//	{{end}}
//
// A page is rendered to the end before the first byte goes out, so that one
// that fails is an error page and not half a page.
//
// # Classes of the stylesheet
//
//   - nav: a.on is the page shown; b is a number beside a word
//   - ul.cards: a list of things, one a card; ul.history: what happened, in order
//   - dl.facts: names and values
//   - form: label, p.hint, p.error below a field; button, button.no, button.plain; div.buttons puts buttons beside each other
//   - p.note, p.note.good, p.note.bad: a line that must be seen
//   - span.tag, span.tag.good, span.tag.bad, span.tag.wait: a state
//   - p.empty: nothing is here; p.pager: links to other pages of a list; pre.text: text as it was written
//
// The stylesheet and the icons are in the binary and served by [Pages.Files];
// the folder static can be copied to a CDN instead.
package pages
