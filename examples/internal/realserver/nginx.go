package realserver

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Nginx runs the distribution's nginx with one site, text as in
// /etc/nginx/sites-enabled, and waits until it listens at addrs. The site's
// /var/log/nginx/ becomes the server's folder.
func Nginx(t testing.TB, site string, addrs ...string) *Server {
	t.Helper()
	program := needs(t, "nginx-light", "nginx")
	s := &Server{Dir: t.TempDir()}
	write(t, filepath.Join(s.Dir, "site.conf"), strings.ReplaceAll(site, "/var/log/nginx/", s.Dir+"/"))
	main := write(t, filepath.Join(s.Dir, "nginx.conf"), fmt.Sprintf(nginxMain, s.Dir, pidFile))
	s.start(t, addrs, program, []string{"-c", main, "-p", s.Dir, "-e", filepath.Join(s.Dir, "main.log")})
	return s
}

// One process, so that it ends with the test, and what Debian's nginx.conf has
// that a site must get along with: old TLS, compression.
const nginxMain = `
daemon off;
master_process off;
pid %[1]s/%[2]s;
error_log %[1]s/main.log;
events { worker_connections 256; }
http {
	client_body_temp_path %[1]s/body;
	proxy_temp_path       %[1]s/proxy;
	fastcgi_temp_path     %[1]s/fastcgi;
	uwsgi_temp_path       %[1]s/uwsgi;
	scgi_temp_path        %[1]s/scgi;
	access_log            %[1]s/main.access.log;

	ssl_protocols   TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
	gzip            on;
	gzip_min_length 1;

	include %[1]s/site.conf;
}
`
