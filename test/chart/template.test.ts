import { describe, expect, it } from 'vitest';
import { findFaults } from './kubernetes-objects.ts';
import { parseTemplate } from './parse-template.ts';
import { runTemplate } from './run-template.ts';

const VALUES = {
  name: 'a "b"',
  count: 3,
  none: null,
  map: { b: 2, a: [1, 'x'] },
  large: 1_073_741_824,
  html: '<&>',
  milliseconds: 25_999,
  Files: { Get: (name: unknown) => `text of ${name}` },
};

describe('templates', () => {
  // What Go 1.19 with Sprig 3.2.3 prints, Helm's functions beside them.
  it.each([
    ['x {{- .name -}} y', 'xa "b"y'],
    ['{{ .name | quote }}', '"a \\"b\\""'],
    ['{{/* nothing */}}{{ if .none }}yes{{ else }}no{{ end }}', 'no'],
    ['{{ with .map }}{{ .b }}{{ $.count }}{{ end }}', '23'],
    ['{{ range $key, $value := .map }}{{ $key }};{{ end }}', 'a;b;'],
    ['{{ range .map.a }}{{ . }},{{ end }}', '1,x,'],
    ['{{ $x := .none | default "d" }}{{ if true }}{{ $x := "inner" }}{{ $x }}{{ end }}{{ $x }}', 'innerd'],
    ['{{ define "t" }}<{{ . }}>{{ end }}{{ include "t" .count | nindent 2 }}', '\n  <3>'],
    ['{{ toYaml .map }}', 'a:\n  - 1\n  - x\nb: 2'],
    ['{{ toJson .large }} {{ toJson .html }}', '1073741824 "\\u003c\\u0026\\u003e"'],
    ['{{ ternary "s" "o" (kindIs "string" .name) }}{{ kindIs "invalid" .none }}', 'strue'],
    ['{{ if and .count (not .none) }}{{ index .map "b" }}{{ end }}', '2'],
    ['{{ "{{ $labels.source }}" }}', '{{ $labels.source }}'],
    ['{{ if and .missing .name }}yes{{ else }}no{{ end }}', 'no'],
    ['{{ add (div (int .milliseconds) 1000) 15 }}', '40'],
    ['{{ if gt (int .count) 2 }}more{{ end }}{{ if eq .html "<&>" }} equal{{ end }}', 'more equal'],
    ['{{ range list "a" "b" }}{{ upper . }}{{ end }}', 'AB'],
    ['{{ .Files.Get "x.txt" | replace "t" "T" | nindent 1 }}', '\n TexT of x.TxT'],
  ])('are read as Helm reads them: %s', (source, text) => {
    expect(run(source)).toBe(text);
  });

  it.each([
    ['{{ .large }}', 'would not be printed as it is meant'],
    ['{{ .missing }}', 'would not be printed as it is meant'],
    ['{{ if gt .count 2 }}{{ end }}', 'not an int'],
    ['{{ fail "settings.Y: wrong" }}', 'settings.Y: wrong'],
    ['{{ .name .count }}', 'a value takes no arguments'],
    ['{{ lookup "v1" }}', 'lookup: not a function'],
    ['{{ .none.name }}', 'expected a map'],
    ['{{ $missing }}', '$missing is not set'],
    ['{{ if .name }}', 'if has no end'],
    ['{{ if .a }}{{ else if .b }}{{ end }}', 'not used in our templates'],
    ['{{ (.name }}', 'a bracket is not closed'],
    ['{{ .name | }}', 'a command is missing'],
    ['{{ required "settings.X: missing" .none }}', 'settings.X: missing'],
  ])('are refused where they would print something else than is meant: %s', (source, message) => {
    expect(() => run(source)).toThrow(message);
  });
});

describe('what is wrong with an object', () => {
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'x' } };
  const monitor = { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', metadata: { name: 'x' } };

  it.each([
    [{ ...claim, spec: { accessModes: ['ReadWriteOnce'] } }, []],
    [{ ...claim, spec: { accessMode: ['ReadWriteOnce'] } }, ['spec.accessMode: not a field of it']],
    [{ ...claim, sepc: {} }, ['sepc: not a field of it']],
    [{ ...claim, spec: { resources: { requests: { storage: 'much' } } } }, ['data/spec/resources/requests/storage']],
    [{ ...monitor, spec: { selector: {}, endpoints: [{ port: 1 }] } }, ['data/spec/endpoints/0/port']],
    [{ ...monitor, spec: { selector: {}, endpoints: [{ prot: 'http' }] } }, ['spec.endpoints.0.prot: not a field']],
    [{ ...monitor, spec: { endpoints: [] } }, ['must have required property selector']],
    [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' }, ['not an object that the chart should make']],
  ])('is found: %j', (object, faults) => {
    const found = findFaults(object);
    expect(found).toHaveLength(faults.length);
    for (const [place, fault] of faults.entries()) expect(found[place]).toContain(fault);
  });
});

function run(source: string): string {
  const { parts, defined } = parseTemplate(source);
  return runTemplate(parts, defined, VALUES);
}
