// Package menu publishes the menu of a WeCom app (自定义菜单), reads it and deletes it.
//
//	err := menu.Create(ctx, client, agentID, menu.Menu{Buttons: []menu.Button{
//		menu.View("审批列表", "https://itsm.example.com/o/itsm/weixin/"),
//		menu.Group("更多", menu.Click("帮助", "HELP")),
//	}})
//
// Besides [View] and [Click] a button can scan a code ([ScancodePush], [ScancodeWaitmsg]), send
// pictures ([PicSysphoto], [PicPhotoOrAlbum], [PicWeixin]) or a place ([LocationSelect]), and open a
// mini-program ([ViewMiniprogram]). The app's callback is told of every tap, with the key, the address
// or the page of the button as EventKey.
//
// A menu is checked before the call: a [*LimitError] or a [*FieldError] names the button, such as
// button[1].sub_button[0].name. Phones may show a new menu only some time later.
//
// The calls may be made twice without harm, so they are repeated, at most three times and within
// ctx, when the vendor is busy or its answer is lost.
package menu
