//go:build ignore

// Prints external-secrets-hashes.json: hashes as External Secrets' own code computes them. Run once, in a module that requires
// github.com/external-secrets/external-secrets v0.20.4: go run external-secrets-hashes.go > external-secrets-hashes.json
package main

import (
	"encoding/base64"
	"encoding/json"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	ctrlutil "github.com/external-secrets/external-secrets/pkg/controllers/util"
	"github.com/external-secrets/external-secrets/pkg/esutils"
)

type dataCase struct {
	Data map[string]string `json:"data"` // base64
	Hash string            `json:"hash"`
}

type textCase struct {
	Text string `json:"text"`
	Hash string `json:"hash"`
}

type versionCase struct {
	Generation  int64             `json:"generation"`
	Annotations map[string]string `json:"annotations"`
	Labels      map[string]string `json:"labels"`
	Version     string            `json:"version"`
}

type golden struct {
	Command         string        `json:"command"`
	Data            []dataCase    `json:"data"`
	Text            []textCase    `json:"text"`
	ResourceVersion []versionCase `json:"resourceVersion"`
}

func main() {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	datas := []map[string][]byte{
		{},
		{"foo": []byte("bar")},
		{"empty": {}},
		{"b": []byte("2"), "a": []byte("1"), "B": []byte("3"), "a-1": []byte("x"), "a.1": []byte("y"), "a_1": []byte("z")},
		{"all": all},
		{"utf8": []byte("schlüssel 鍵 🔑\n"), "nul": {0, 0}},
		{"key": []byte("-----BEGIN KEY-----\nAAAA\n-----END KEY-----\n"), "pub": []byte("age1qqq")},
	}
	texts := []string{"default/database", "testnet-1/block-producer-keys", "a/b", "ns/seed"}
	versions := []metav1.ObjectMeta{
		{Generation: 1},
		{Generation: 2, Labels: map[string]string{}, Annotations: map[string]string{}},
		{Generation: 3, Labels: map[string]string{"app": "seed"}},
		{Generation: 12345678901, Annotations: map[string]string{"z": "last", "a/b": "x y", "A": "", "kubectl.kubernetes.io/last-applied-configuration": "{\"apiVersion\":\"v1\"}\n"}, Labels: map[string]string{"b": "2", "a": "1"}},
		{Generation: 7, Annotations: map[string]string{"ü": "ß", "\U0001F511": "k", "\uffee": "bmp"}},
	}
	out := golden{Command: "go run external-secrets-hashes.go, with github.com/external-secrets/external-secrets v0.20.4"}
	for _, d := range datas {
		c := dataCase{Data: map[string]string{}, Hash: esutils.ObjectHash(d)}
		for k, v := range d {
			c.Data[k] = base64.StdEncoding.EncodeToString(v)
		}
		out.Data = append(out.Data, c)
	}
	for _, t := range texts {
		out.Text = append(out.Text, textCase{Text: t, Hash: esutils.ObjectHash(t)})
	}
	for _, m := range versions {
		out.ResourceVersion = append(out.ResourceVersion, versionCase{Generation: m.Generation, Annotations: m.Annotations, Labels: m.Labels, Version: ctrlutil.GetResourceVersion(m)})
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		panic(err)
	}
}
