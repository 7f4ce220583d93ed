// Serves bare repositories over SSH, as a hosting service does: git-upload-pack and nothing else, for the keys of one file, which is read
// anew for each connection. The first line on standard output is the port and the host key, each further one a command that was asked for.
// It ends with its standard input. See test/support/git-ssh-server.ts.
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
)

func main() {
	root, authorized := os.Args[1], os.Args[2]
	_, key, err := ed25519.GenerateKey(rand.Reader)
	fatal(err)
	signer, err := ssh.NewSignerFromKey(key)
	fatal(err)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, offered ssh.PublicKey) (*ssh.Permissions, error) {
		return nil, checkKey(authorized, offered)
	}}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(err)
	fmt.Printf("%d %s", listener.Addr().(*net.TCPAddr).Port, ssh.MarshalAuthorizedKey(signer.PublicKey()))
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for {
		connection, err := listener.Accept()
		fatal(err)
		go serve(connection, config, root)
	}
}

func fatal(err error) {
	if err != nil {
		panic(err)
	}
}

func checkKey(file string, offered ssh.PublicKey) error {
	rest, err := os.ReadFile(file)
	for err == nil && len(rest) > 0 {
		var known ssh.PublicKey
		known, _, _, rest, err = ssh.ParseAuthorizedKey(rest)
		if err == nil && string(known.Marshal()) == string(offered.Marshal()) {
			return nil
		}
	}
	return errors.New("not one of the keys")
}

func serve(connection net.Conn, config *ssh.ServerConfig, root string) {
	defer connection.Close()
	_, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for opened := range channels {
		if opened.ChannelType() != "session" {
			opened.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		channel, asked, err := opened.Accept()
		if err != nil {
			return
		}
		go session(channel, asked, root)
	}
}

func session(channel ssh.Channel, requests <-chan *ssh.Request, root string) {
	defer channel.Close()
	protocol := ""
	for request := range requests {
		switch request.Type {
		case "env":
			var variable struct{ Name, Value string }
			ok := ssh.Unmarshal(request.Payload, &variable) == nil && variable.Name == "GIT_PROTOCOL"
			if ok {
				protocol = variable.Value
			}
			request.Reply(ok, nil)
		case "exec":
			var command struct{ Line string }
			fatal(ssh.Unmarshal(request.Payload, &command))
			request.Reply(true, nil)
			fmt.Println(command.Line)
			status := make([]byte, 4)
			binary.BigEndian.PutUint32(status, uploadPack(command.Line, protocol, channel, root))
			channel.SendRequest("exit-status", false, status)
			return
		default:
			request.Reply(false, nil)
		}
	}
}

func uploadPack(line, protocol string, channel ssh.Channel, root string) uint32 {
	path, isRead := strings.CutPrefix(line, "git-upload-pack '")
	path, isQuoted := strings.CutSuffix(path, "'")
	if !isRead || !isQuoted {
		fmt.Fprintln(channel.Stderr(), "ERROR: only git-upload-pack is served")
		return 1
	}
	folder := filepath.Join(root, filepath.Join("/", path))
	if _, err := os.Stat(folder); err != nil {
		fmt.Fprintln(channel.Stderr(), "ERROR: Repository not found.")
		return 1
	}
	git := exec.Command("git", "upload-pack", "--strict", folder)
	git.Env = []string{"PATH=" + os.Getenv("PATH"), "GIT_CONFIG_NOSYSTEM=1", "GIT_PROTOCOL=" + protocol, "HOME=/nonexistent"}
	git.Stdin, git.Stdout, git.Stderr = channel, channel, channel.Stderr()
	if git.Run() != nil {
		return 128
	}
	return 0
}
