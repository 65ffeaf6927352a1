package realserver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Apache runs the distribution's Apache with one site, text as in
// /etc/apache2/sites-enabled, listening at addrs. The site's ${APACHE_LOG_DIR}
// is the server's folder.
func Apache(t testing.TB, site string, addrs ...string) *Server {
	t.Helper()
	program := needs(t, "apache2-bin", "apache2")
	if _, err := os.Stat(apacheModules); err != nil {
		missing(t, apacheModules, "apache2-bin")
	}
	s := &Server{Dir: t.TempDir()}
	var b strings.Builder
	fmt.Fprintf(&b, apacheMain, s.Dir, pidFile)
	for _, name := range strings.Fields(debianModules + siteModules) {
		fmt.Fprintf(&b, "LoadModule %s_module %s/mod_%[1]s.so\n", name, apacheModules)
	}
	b.WriteString(apacheThreads)
	if os.Getuid() == 0 { // it serves as nobody else's user, too
		b.WriteString("User www-data\nGroup www-data\n")
	}
	for _, addr := range addrs {
		fmt.Fprintf(&b, "Listen %s http\n", addr) // a site says itself where TLS is spoken
	}
	fmt.Fprintf(&b, "Include %s\n", write(t, filepath.Join(s.Dir, "site.conf"), site))
	main := write(t, filepath.Join(s.Dir, "apache2.conf"), b.String())
	s.start(t, addrs, program, []string{"-D", "FOREGROUND", "-f", main}, "APACHE_LOG_DIR="+s.Dir)
	return s
}

const apacheModules = "/usr/lib/apache2/modules"

// What Debian enables by itself, as far as it touches requests, and what
// a2enmod adds for our sites.
const (
	debianModules = "mpm_event authz_core authz_host alias autoindex deflate dir env filter mime negotiation reqtimeout setenvif status "
	siteModules   = "headers macro proxy proxy_http rewrite ssl"
)

const apacheMain = `
ServerRoot "%[1]s"
DefaultRuntimeDir "%[1]s"
PidFile "%[1]s/%[2]s"
ErrorLog "%[1]s/main.log"
LogLevel warn
ServerName localhost
`

// Few threads for few requests, and what Debian sets for every site.
const apacheThreads = `
StartServers 1
ServerLimit 2
ThreadsPerChild 16
MinSpareThreads 4
MaxSpareThreads 32
MaxRequestWorkers 32
TypesConfig /dev/null
SSLProtocol all -SSLv3
SSLCipherSuite HIGH:!aNULL
AddOutputFilterByType DEFLATE text/html text/plain application/json
<Directory />
	AllowOverride None
	Require all denied
</Directory>
`
