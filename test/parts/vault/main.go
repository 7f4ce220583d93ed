// A Vault for tests, and as little of one as they need: the real core over memory, unsealed, with the key-value engines, AppRole and
// Kubernetes as ways to log in, and nothing on disk. It prints one line of JSON on standard output with its address and root token,
// and ends when its standard input does. See test/support/vault-process.ts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"

	"github.com/hashicorp/go-hclog"
	kubernetesauth "github.com/hashicorp/vault-plugin-auth-kubernetes"
	keyvalue "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/approle"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// plugins is a catalogue of what is compiled in; Vault's own would compile in every database and cloud there is.
type plugins map[consts.PluginType]map[string]logical.Factory

var compiledIn = plugins{
	consts.PluginTypeCredential: {"approle": approle.Factory, "kubernetes": kubernetesauth.Factory},
	consts.PluginTypeSecrets:    {"kv": keyvalue.Factory},
}

func (p plugins) Contains(name string, kind consts.PluginType) bool {
	_, found := p[kind][name]
	return found
}

func (p plugins) Get(name string, kind consts.PluginType) (func() (any, error), bool) {
	factory, found := p[kind][name]
	return func() (any, error) { return factory, nil }, found
}

func (p plugins) Keys(kind consts.PluginType) []string {
	return slices.Sorted(maps.Keys(p[kind]))
}

func (p plugins) DeprecationStatus(name string, kind consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, p.Contains(name, kind)
}

func (p plugins) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Warn})
	core, rootToken, err := unsealed(logger)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	handler := vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core, ListenerConfig: &configutil.Listener{Address: address}})
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"url": "http://" + address, "token": rootToken}); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return http.Serve(listener, handler)
}

func unsealed(logger hclog.Logger) (*vault.Core, string, error) {
	memory, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, "", err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           memory,
		Logger:             logger,
		DisableMlock:       true,
		CredentialBackends: compiledIn[consts.PluginTypeCredential],
		LogicalBackends:    compiledIn[consts.PluginTypeSecrets],
		BuiltinRegistry:    compiledIn,
	})
	if err != nil {
		return nil, "", err
	}
	shares := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	made, err := core.Initialize(context.Background(), &vault.InitParams{BarrierConfig: shares})
	if err != nil {
		return nil, "", err
	}
	if _, err := core.Unseal(made.SecretShares[0]); err != nil {
		return nil, "", err
	}
	return core, made.RootToken, nil
}
