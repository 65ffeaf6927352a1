// Scans an asset's code into the form. The page works without: the button shows
// only when the client has accepted the signature and can scan. Old webviews
// know ES5 only.
(function () {
  'use strict';
  var button = document.getElementById('scan');
  var field = document.getElementById('content');
  var wx = window.wx;
  if (!button || !field || !wx || !wx.config) {
    return;
  }

  // A bar code comes with its kind before it, a QR code as it is.
  var kind = /^(?:CODABAR|CODE_(?:39|93|128)|EAN_(?:8|13)|UPC_[AE]|ITF),/;
  var longest = 200;

  function add(scanned) {
    var code = String(scanned || '').replace(kind, '').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ');
    code = code.replace(/^ +| +$/g, '').slice(0, longest);
    var before = field.value;
    var after = before + (before && !/\n$/.test(before) ? '\n' : '') + '资产编码：' + code;
    if (code && !(field.maxLength > 0 && after.length > field.maxLength)) {
      field.value = after;
    }
  }

  function can(answer) {
    var result = answer && answer.checkResult;
    if (typeof result === 'string') { // on some Androids
      try { result = JSON.parse(result); } catch (e) { result = null; }
    }
    return Boolean(result && result.scanQRCode);
  }

  function start(config) {
    var failed = false;
    wx.error(function () {
      failed = true;
      button.hidden = true;
    });
    wx.ready(function () {
      if (failed) { // ready follows a failed config too
        return;
      }
      wx.checkJsApi({
        jsApiList: ['scanQRCode'],
        success: function (answer) { button.hidden = failed || !can(answer); }
      });
    });
    button.addEventListener('click', function () {
      wx.scanQRCode({
        needResult: 1,
        scanType: ['qrCode', 'barCode'],
        success: function (answer) { add(answer && answer.resultStr); }
      });
    });
    wx.config(config);
  }

  var ask = new XMLHttpRequest();
  // What is signed is the address as it is now, before any script changes it.
  ask.open('GET', button.getAttribute('data-jssdk') + '?url=' + encodeURIComponent(location.href.split('#')[0]));
  ask.setRequestHeader('X-Requested-With', 'XMLHttpRequest'); // without a session the answer is a 401, not a sign-in page
  ask.onload = function () {
    var answer = null;
    try { answer = JSON.parse(ask.responseText); } catch (e) { return; }
    if (ask.status === 200 && answer && answer.result && answer.data && answer.data.config) {
      start(answer.data.config);
    }
  };
  ask.send();
}());
