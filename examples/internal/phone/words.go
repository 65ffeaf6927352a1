package phone

import (
	"context"
	"errors"
	"fmt"

	"github.com/bkwecom/wecom/wecomtest"
)

// words tell a member, and who builds the app, what became of a callback. The
// log has the error itself.
func words(err error) string {
	var failed *wecomtest.DeliveryError
	switch {
	case errors.Is(err, wecomtest.ErrCard):
		return "这张卡片已更新或已撤回，点击没有发出。"
	case errors.Is(err, wecomtest.ErrReply):
		return "应用收到了，但它的答复不合企业微信的格式，手机上什么也不显示；原因见日志。"
	case errors.As(err, &failed) && len(failed.Attempts) > 0:
		n := len(failed.Attempts)
		return fmt.Sprintf("应用没有接收：企业微信投递了 %d 次，最后一次%s。", n, why(failed.Attempts[n-1]))
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return "没有等到应用的答复。"
	}
	return "没有发出；原因见日志。"
}

// why is about one attempt.
func why(err error) string {
	var status *wecomtest.StatusError
	switch {
	case !errors.As(err, &status):
		if errors.Is(err, context.DeadlineExceeded) {
			return "没有按时答复（企业微信只等 5 秒）"
		}
		return "连接不上或中断：应用在运行吗"
	case status.Status >= 500:
		return fmt.Sprintf("答复状态码 %d（应为 200）：应用处理失败，原因见它的日志", status.Status)
	case status.Status >= 300 && status.Status < 400:
		return fmt.Sprintf("答复状态码 %d（应为 200）：回调地址要与应用的完全一致，包括末尾的斜杠", status.Status)
	}
	return fmt.Sprintf("答复状态码 %d（应为 200）：请检查 Token、EncodingAESKey、企业 ID 和回调地址", status.Status)
}
