package message_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/bkwecom/wecom/message"
)

func ExampleMedia_Upload() {
	// In a program: API: client, of package wecom. A file is opened with os.Open, and its size is
	// that of its Stat: an *os.File is read as it is sent, and again if the token expires on the way.
	m := &message.Media{API: &mediaAPI{answer: `{"errcode":0,"type":"file","media_id":"MID-1","created_at":"1700000000"}`}}
	report := "主机,状态\ndb01,正常\n"
	file, err := m.Upload(context.Background(), message.MediaFile, "巡检.csv", strings.NewReader(report), int64(len(report)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(message.File{MediaID: file.MediaID})
	fmt.Println("有效期至", file.Expires().UTC().Format("2006-01-02 15:04"))

	_, err = m.Upload(context.Background(), message.MediaImage, "a.gif", strings.NewReader("GIF89a…"), 9)
	fmt.Println(err)
	// Output:
	// {MID-1}
	// 有效期至 2023-11-17 22:13
	// message: media: does not begin like JPG or PNG: convert it, or upload it as MediaFile
}

func ExampleMedia_UploadImage() {
	m := &message.Media{API: &mediaAPI{answer: `{"errcode":0,"url":"https://p.qpic.cn/pic/1"}`}}
	url, err := m.UploadImage(context.Background(), "chart.png", strings.NewReader(aPNG), int64(len(aPNG)))
	fmt.Println(url, err)
	// Output: https://p.qpic.cn/pic/1 <nil>
}

func ExampleMedia_Download() {
	m := &message.Media{API: &files{answers: []fileAnswer{whole("现场照片")}}}
	var out bytes.Buffer // or a file
	got, err := m.Download(context.Background(), "MID-1", &out, 20<<20)
	fmt.Println(got.Name, got.Written, out.String(), err)

	m = &message.Media{API: &files{answers: []fileAnswer{whole("现场照片")}}}
	_, err = m.Download(context.Background(), "MID-1", io.Discard, 10)
	fmt.Println(err)
	// Output:
	// a.txt 12 现场照片 <nil>
	// message: download: message: media has 12 bytes, the limit is 10
}

func ExampleMedia_DownloadRange() {
	m := &message.Media{API: &files{answers: []fileAnswer{partial("bytes 2-4/10", "345")}}}
	var out bytes.Buffer
	got, err := m.DownloadRange(context.Background(), "MID-1", &out, 2, 3)
	fmt.Println(out.String(), got.Total, err)
	// Output: 345 10 <nil>
}
