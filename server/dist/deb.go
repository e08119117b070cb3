package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/md5" // dpkg's own sums, against accidents
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// packed is a file of a package.
type packed struct {
	name string // without a slash before it
	mode int64
	data []byte
}

// settingsFile is the file that belongs to the administrator.
const settingsFile = "etc/atalaya/atalaya.toml"

// shipped says where files/ go in a package.
var shipped = map[string]struct {
	name string
	mode int64
}{
	"atalaya.service": {"usr/lib/systemd/system/atalaya.service", 0o644},
	"sysusers.conf":   {"usr/lib/sysusers.d/atalaya.conf", 0o644},
	"tmpfiles.conf":   {"usr/lib/tmpfiles.d/atalaya.conf", 0o644},
	"atalaya.toml":    {settingsFile, 0o640}, // passwords may be in it
}

// scripts are what dpkg runs.
var scripts = []string{"postinst", "prerm", "postrm"}

const debControl = `Package: atalaya
Version: %s
Architecture: %s
Maintainer: Atalaya developers <atalaya@localhost>
Section: web
Priority: optional
Installed-Size: %d
Depends: systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles
Recommends: ca-certificates
Suggests: nginx, postgresql
Description: audits websites and shows each audit's progress live
 Atalaya is one binary with an installable app inside. It crawls a site
 politely, checks its pages, scores it, and everybody who is interested sees
 each step when it is committed to the database, SQLite or PostgreSQL.
 .
 The service atalaya is not started until it is enabled; its settings are in
 /etc/atalaya/atalaya.toml, its data in /var/lib/atalaya.
`

// newDeb returns a Debian package of a binary for Linux, and its file's name.
func newDeb(b binary) (name string, deb []byte, err error) {
	program, err := os.ReadFile(b.path)
	if err != nil {
		return "", nil, err
	}
	contents := []packed{{"usr/bin/atalaya", 0o755, program}}
	for file, to := range shipped {
		data, err := files.ReadFile("files/" + file)
		if err != nil {
			return "", nil, err
		}
		contents = append(contents, packed{to.name, to.mode, data})
	}
	slices.SortFunc(contents, func(a, b packed) int { return strings.Compare(a.name, b.name) })
	version := debVersion(b.version())
	control, err := controlOf(version, b.arch, contents)
	if err != nil {
		return "", nil, err
	}
	deb, err = archive(control, contents, b.time())
	return "atalaya_" + version + "_" + b.arch + ".deb", deb, err
}

// debVersion is a module's version as Debian orders them: what comes before a release,
// such as a commit on its way to it, is marked by ~.
func debVersion(v string) string { return strings.ReplaceAll(strings.TrimPrefix(v, "v"), "-", "~") }

// controlOf returns the files that tell dpkg about a package.
func controlOf(version, arch string, contents []packed) ([]packed, error) {
	size, sums := 0, ""
	for _, f := range contents {
		size += len(f.data)
		if f.name != settingsFile {
			sums += fmt.Sprintf("%x  %s\n", md5.Sum(f.data), f.name)
		}
	}
	control := []packed{
		{"control", 0o644, fmt.Appendf(nil, debControl, version, arch, (size+1023)/1024)},
		{"conffiles", 0o644, []byte("/" + settingsFile + "\n")},
		{"md5sums", 0o644, []byte(sums)},
	}
	for _, script := range scripts {
		data, err := files.ReadFile("files/" + script)
		if err != nil {
			return nil, err
		}
		control = append(control, packed{script, 0o755, data})
	}
	return control, nil
}

// archive is a package: an ar archive of the format's version and of two tar archives.
func archive(control, contents []packed, at time.Time) ([]byte, error) {
	deb := bytes.NewBufferString("!<arch>\n")
	member := func(name string, data []byte) {
		fmt.Fprintf(deb, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", name, at.Unix(), 0, 0, "100644", len(data))
		deb.Write(data)
		if len(data)%2 == 1 {
			deb.WriteByte('\n')
		}
	}
	member("debian-binary", []byte("2.0\n"))
	for _, part := range []struct {
		name  string
		files []packed
	}{{"control.tar.gz", control}, {"data.tar.gz", contents}} {
		data, err := tarball(part.files, at)
		if err != nil {
			return nil, err
		}
		member(part.name, data)
	}
	return deb.Bytes(), nil
}

// tarball is a compressed tar archive of files and of the folders that they are in.
func tarball(contents []packed, at time.Time) ([]byte, error) {
	var data bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&data, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(compressed)
	made := map[string]bool{}
	for _, f := range contents {
		for _, dir := range parents(f.name) {
			if made[dir] {
				continue
			}
			made[dir] = true
			if err := archive.WriteHeader(header(tar.TypeDir, dir, 0o755, 0, at)); err != nil {
				return nil, err
			}
		}
		if err := archive.WriteHeader(header(tar.TypeReg, f.name, f.mode, len(f.data), at)); err != nil {
			return nil, err
		}
		if _, err := archive.Write(f.data); err != nil {
			return nil, err
		}
	}
	err = errors.Join(archive.Close(), compressed.Close())
	return data.Bytes(), err
}

// header is of a file or a folder that root owns.
func header(kind byte, name string, mode int64, size int, at time.Time) *tar.Header {
	return &tar.Header{
		Typeflag: kind, Name: "./" + name, Mode: mode, Size: int64(size), ModTime: at,
		Uname: "root", Gname: "root", Format: tar.FormatGNU,
	}
}

// parents are the folders above a file, outermost first, each with a slash at its end.
func parents(name string) (dirs []string) {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		dirs = append(dirs, dir+"/")
	}
	dirs = append(dirs, "")
	slices.Reverse(dirs)
	return dirs
}
