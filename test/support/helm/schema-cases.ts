// `then` is a word of JSON Schema
/* oxlint-disable unicorn/no-thenable */

/** A schema of `v` among the values, with values that fit it and values that do not. */
export interface SchemaCase {
  readonly title: string;
  readonly schema: object;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

function ofValue(title: string, schema: object | boolean, good: readonly unknown[], bad: readonly unknown[], more: object = { $schema: 'http://json-schema.org/draft-07/schema#' }): SchemaCase {
  return { title, schema: { ...more, type: 'object', properties: { v: schema } }, good, bad };
}

const draft4 = { $schema: 'http://json-schema.org/draft-04/schema#' };
const draft2019 = { $schema: 'https://json-schema.org/draft/2019-09/schema' };
const latest = {};

function format(name: string, good: readonly string[], bad: readonly string[]): SchemaCase {
  return ofValue(`format ${name}`, { format: name }, [...good, 1], bad);
}

/** Schemas that are wrong themselves: nothing fits them. */
function wrong(title: string, schema: object | boolean, more?: object): SchemaCase {
  return ofValue(`wrong ${title}`, schema, [], [1], more);
}

export const schemaCases: readonly SchemaCase[] = [
  ofValue('type', { type: ['integer', 'null'] }, [1, 1.0, 1e21, -0], ['1', 1.5, true, [], {}]),
  ofValue('number', { type: 'number', minimum: 1, exclusiveMaximum: 3, multipleOf: 0.1 }, [1, 2.9, 0.3 + 1], [0.9, 3, 1.25]),
  ofValue('const and enum', { anyOf: [{ const: { a: [1] } }, { enum: [1, 'x', [2]] }] }, [{ a: [1] }, 1, [2]], [2, 'y', { a: [1, 1] }]),
  ofValue('text', { minLength: 2, maxLength: 3, pattern: '^[a-zé😀]+$' }, ['ab', 'é😀', 1], ['a', 'abcd', 'A1']),
  ofValue('list', { minItems: 1, maxItems: 3, uniqueItems: true, items: { type: 'number' } }, [[1], [1, 2]], [[], [1, 2, 3, 4], [1, 1.0], ['x']]),
  ofValue('tuple', { items: [{ type: 'string' }], additionalItems: false }, [['a'], []], [[1], ['a', 1]]),
  ofValue('contains', { contains: { type: 'string' } }, [['a', 1]], [[1], []]),
  ofValue('object', { required: ['a'], minProperties: 2, maxProperties: 3, properties: { a: { type: 'string' } }, patternProperties: { '^x-': { type: 'number' } }, additionalProperties: { type: 'boolean' } }, [{ a: 's', b: true }, { a: 's', 'x-1': 1 }], [{ a: 1, b: true }, { b: true, c: true }, { a: 's', 'x-1': 's' }, { a: 's' }, { a: 's', b: 1 }]),
  ofValue('no more keys', { properties: { a: {} }, additionalProperties: false }, [{ a: 1 }, {}], [{ b: 1 }]),
  ofValue('names of keys', { propertyNames: { maxLength: 2 } }, [{ ab: 1 }], [{ abc: 1 }]),
  ofValue('dependencies', { dependencies: { a: ['b'], c: { required: ['d'] } } }, [{ a: 1, b: 1 }, { c: 1, d: 1 }, {}], [{ a: 1 }, { c: 1 }]),
  ofValue('not, allOf, oneOf', { not: { type: 'null' }, allOf: [{ minimum: 1 }, { maximum: 9 }], oneOf: [{ multipleOf: 2 }, { multipleOf: 3 }] }, [2, 3, 4], [0, 10, 6, 5]),
  ofValue('if, then, else', { if: { minimum: 10 }, then: { multipleOf: 10 }, else: { multipleOf: 2 } }, [20, 4], [15, 3]),
  ofValue('true and false', { properties: { a: true, b: false } }, [{ a: 1 }], [{ b: 1 }]),
  ofValue('references', { $ref: '#/definitions/a', minimum: 100 }, [5], ['x', 11], { $schema: 'http://json-schema.org/draft-07/schema#', definitions: { a: { allOf: [{ $ref: '#/definitions/b~1c' }, { maximum: 10 }] }, 'b/c': { type: 'number' } } }),
  ofValue('references by $id and anchor', { allOf: [{ $ref: 'other.json' }, { $ref: '#named' }] }, [5], ['x', 11], { $schema: 'http://json-schema.org/draft-07/schema#', $id: 'http://prelude.test/root.json', definitions: { a: { $id: 'other.json', type: 'number' }, b: { $id: '#named', maximum: 10 } } }),
  ofValue('references to themselves', { $ref: '#/definitions/tree' }, [{ next: { next: {} } }], [{ next: { next: 1 } }, 1], { definitions: { tree: { type: 'object', properties: { next: { $ref: '#/definitions/tree' } } } } }),
  ofValue('references in a circle', { $ref: '#/definitions/a' }, [], [1], { definitions: { a: { $ref: '#/definitions/b' }, b: { $ref: '#/definitions/a' } } }),
  ofValue('a reference to nothing', { $ref: '#/definitions/none' }, [], [1]),
  ofValue('a reference to nothing that is not followed', {}, [1], [], { definitions: { a: { $ref: '#/definitions/none' } } }),
  ofValue('a URN', { $ref: 'urn:prelude:anything' }, [1, 'x'], []),
  ofValue('hints for forms', { type: 'string', form: true, title: 't', 'x-y': 1, default: 5 }, ['x'], [1]),
  ofValue('draft 4', { minimum: 1, exclusiveMinimum: true, maximum: 3, exclusiveMaximum: true, const: 5, contains: false }, [2], [1, 3], draft4),
  ofValue('draft 2019-09', { $ref: '#/$defs/n', maximum: 10, dependentRequired: { a: ['b'] }, unevaluatedProperties: false, properties: { a: {}, b: {} } }, [5, { a: 1, b: 1 }], [11, { a: 1 }, { c: 1 }, 'x'], { ...draft2019, $defs: { n: { type: ['number', 'object'] } } }),
  ofValue('unevaluated items', { prefixItems: [{ type: 'number' }], contains: { type: 'string' }, minContains: 1, maxContains: 2, unevaluatedItems: false }, [[1, 'a'], [1, 'a', 'b']], [[1, 2, 'a'], [1], [1, 'a', 'b', 'c'], ['x']], latest),
  ofValue('unevaluated properties', { allOf: [{ properties: { a: {} } }], anyOf: [{ properties: { b: { type: 'number' } } }, { properties: { c: {} } }], if: { required: ['d'] }, then: { properties: { d: {} } }, unevaluatedProperties: { type: 'null' } }, [{ a: 1, b: 1, c: 1 }, { a: 1, d: 1 }], [{ e: 1 }, { a: 1, b: 'x' }], latest),
  ofValue('dependent schemas', { dependentSchemas: { a: { properties: { b: { type: 'number' } } } }, items: { type: 'number' } }, [{ a: 1, b: 1 }, { b: 'x' }, [1]], [{ a: 1, b: 'x' }, ['x']], latest),
  ofValue('anchors and dynamic references', { allOf: [{ $ref: '#n' }, { $dynamicRef: '#m' }] }, [5], ['x', 11], { $defs: { a: { $anchor: 'n', type: 'number' }, b: { $dynamicAnchor: 'm', maximum: 10 } } }),
  ofValue('formats, which say nothing in later drafts', { format: 'ipv4' }, ['x'], [], latest),
  ofValue('formats that are not known', { format: 'x' }, ['y'], []),
  ofValue('contents, which nobody looks at', { contentEncoding: 'base64', contentMediaType: 'application/json' }, ['%'], []),
  wrong('type', { type: 'strin' }),
  wrong('required', { required: 'a' }),
  wrong('pattern', { pattern: '(?=a)' }),
  wrong('pattern of keys', { patternProperties: { '[': {} } }),
  wrong('count', { minLength: -1 }),
  wrong('list of schemas', { allOf: [] }),
  wrong('schema', { properties: { a: 1 } }),
  wrong('multiple', { multipleOf: 0 }),
  wrong('enum', { enum: [] }),
  wrong('flag', { uniqueItems: 'yes' }),
  wrong('boolean of draft 4', true, draft4),
  wrong('exclusive of draft 4', { exclusiveMinimum: 1 }, draft4),
  wrong('items of 2020-12', { items: [{}] }, latest),
  wrong('definition', {}, { $defs: { a: { type: 'x' } } }),
  format('date-time', ['2020-02-29T23:59:60Z', '2020-01-01t00:00:00.5+01:30'], ['2021-02-29T00:00:00Z', '2020-01-01 00:00:00Z', '2020-01-01T00:00:60Z', '2020-01-01T00:00:00']),
  format('date', ['2020-12-31'], ['2020-13-01', '2020-1-1', '20200101']),
  format('time', ['23:59:59Z', '00:00:00-08:00'], ['24:00:00Z', '00:00Z', '00:00:00']),
  format('duration', ['P1Y2M3DT4H5M6S', 'P2W', 'PT1S'], ['P', 'PT', 'P1S', '1D', 'P1D2Y']),
  format('period', ['2020-01-01T00:00:00Z/P1D', 'P1D/2020-01-01T00:00:00Z'], ['P1D/P1D', '2020-01-01/2020-01-02']),
  format('ipv4', ['127.0.0.1', '0.0.0.0'], ['256.0.0.1', '1.2.3', '01.2.3.4', '1.2.3.a']),
  format('ipv6', ['::1', 'fe80::1:2', '::ffff:1.2.3.4'], ['1::2::3', '::1%eth0', '127.0.0.1', '12345::']),
  format('hostname', ['a.b-c.example.', 'x1'], ['-a', 'a..b', 'a_b', 'a-', '']),
  format('email', ['a.b+c@d.example', '"x y"@z', 'a@[127.0.0.1]', 'a@[IPv6:::1]'], ['a', 'a@', '.a@b', 'a..b@c', 'a b@c', 'a@[x]']),
  format('uri', ['http://a.example/b?c#d', 'mailto:x@y', 'http://[::1]:80/', 'urn:a:b'], ['a/b', '//a', 'http://[::1', 'http://a b/', ':a', 'http://a:b/', 'http://a/%zz']),
  format('uri-reference', ['a/b', '?x', '#y', '', '//h/p'], ['a\\b', ':x', 'http://a/%z']),
  format('uri-template', ['http://a/{b}/c', 'x/{y}{z}'], ['http://a/{b', 'x/{{y}}', 'x/}y{']),
  format('json-pointer', ['', '/a/b~0~1'], ['a', '/~2', '/~']),
  format('relative-json-pointer', ['0', '1/a', '2#'], ['/a', '01/a', '-1']),
  format('uuid', ['2eb8aa08-aa98-11ea-b4aa-73b441d16380'], ['2eb8aa08-aa98-11ea-b4aa-73b441d1638', 'x']),
  format('semver', ['1.2.3-a.1+b', '0.0.0'], ['1.2', '01.2.3', '1.2.3-01', 'v1.2.3']),
  format('regex', ['^a$'], ['(?=a)', '[']),
];
