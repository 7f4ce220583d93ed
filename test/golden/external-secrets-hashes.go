//go:build ignore

// Prints external-secrets-hashes.json: hashes as External Secrets' own code computes them. Run once, in a module that requires
// github.com/external-secrets/external-secrets v0.20.4: go run external-secrets-hashes.go > external-secrets-hashes.json
package main

import (
	"encoding/base64"
	"encoding/json"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

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

type manifestCase struct {
	Manifest json.RawMessage `json:"manifest"`
	Hash     string          `json:"hash"`
}

type golden struct {
	Command         string         `json:"command"`
	Data            []dataCase     `json:"data"`
	Text            []textCase     `json:"text"`
	ResourceVersion []versionCase  `json:"resourceVersion"`
	Manifest        []manifestCase `json:"manifest"`
}

// The part of an object of any kind that is hashed: its spec, or its data where it has none.
func hashedPart(object *unstructured.Unstructured) any {
	if spec, ok := object.Object["spec"]; ok {
		return spec
	}
	return object.Object["data"]
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
	manifests := []string{
		`{"apiVersion":"v1","kind":"ConfigMap","data":{"b":"2","a":"x y","B":"","é":"ß"}}`,
		`{"apiVersion":"acme.example/v1","kind":"Widget","spec":{},"data":{"not":"this"}}`,
		`{"apiVersion":"acme.example/v1","kind":"Widget","spec":{"none":null,"yes":true,"no":false,"list":[1,"two",[3.5,null],{"b":1,"a":2}],"empty":[],"map":{}}}`,
		`{"apiVersion":"acme.example/v1","kind":"Widget","spec":{"n":[0,-1,5432,100000000,9007199254740991,-9007199254740991,0.5,-0.25,1.5e-7,1.0e300,123456.75,1234567.5,3.141592653589793,1e21,12345678901234567890123]}}`,
		`{"apiVersion":"acme.example/v1","kind":"Widget","spec":{"\uffee":1,"\ud83d\udd11":2,"a.b/c":"d\ne"}}`,
		`{"apiVersion":"acme.example/v1","kind":"Widget","spec":"a text"}`,
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
	for _, m := range manifests {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON([]byte(m)); err != nil {
			panic(err)
		}
		out.Manifest = append(out.Manifest, manifestCase{Manifest: json.RawMessage(m), Hash: esutils.ObjectHash(hashedPart(object))})
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		panic(err)
	}
}
