// Package menu publishes the menu of a WeCom app (自定义菜单), reads it and deletes it.
//
//	err := menu.Create(ctx, client, agentID, menu.Menu{Buttons: []menu.Button{
//		menu.View("审批列表", "https://itsm.example.com/o/itsm/weixin/"),
//		menu.Group("更多", menu.Click("帮助", "HELP")),
//	}})
//
// # When to use it
//
// For the menu that members see at the foot of the app's chat, published when the app is deployed or
// its pages move. The calls may be made twice without harm, so they are repeated, at most three times
// and within ctx, when the vendor is busy or its answer is lost.
//
// # When not
//
// There is one menu for all members: what depends on who taps belongs into a page, or into the answer
// to the tap. The app's page on the workbench (工作台) is set in the admin console.
//
// # Buttons
//
// The app's callback is told of every tap, with the key, the address or the page of the button as
// EventKey. (Events: see package callback.)
//
//	function         a tap                               event               has
//	View             opens a page                        view                url, 1024 bytes
//	Click            tells the callback                  click               key, 128 bytes
//	ScancodePush     scans and opens what it read        scancode_push       key
//	ScancodeWaitmsg  scans and waits for the answer      scancode_waitmsg    key
//	PicSysphoto      opens the camera                    pic_sysphoto        key
//	PicPhotoOrAlbum  lets choose camera or album         pic_photo_or_album  key
//	PicWeixin        opens the album                     pic_weixin          key
//	LocationSelect   opens a map                         location_select     key
//	ViewMiniprogram  opens a page of a mini-program      view_miniprogram    appid, pagepath
//	Group            opens a list of 1 to 5 of these     none                no others
//
// A menu has 1 to 3 buttons, with names of 16 bytes, and those of a group have 40; a Chinese character
// has three. Phones may show a new menu only some time later.
//
// # Errors
//
// A menu is checked before the call. All errors answer errors.As into interface{ ErrCode() int },
// interface{ Retryable() bool } and interface{ NotSent() bool }; those of the API come wrapped as the
// [Caller] made them.
//
//	error          when                                          NotSent  what to do
//	*LimitError    more bytes or buttons than the vendor takes   yes      shorten Field, such as button[1].sub_button[0].name
//	*FieldError    missing, malformed or out of place; no        yes      as Problem says
//	               agentid or Caller
//	40054, 40055   the domain of a button's url is refused       no       add it to the app's 可信域名
//	301002         the agentid is another app's                  no       use that of the app that the secret belongs to
//	the Caller's   the API or the network, after the attempts    its own  publish again later
//
// 46003, there is no menu, is no error: [Get] answers the zero [Menu], and [Delete] nil.
package menu
