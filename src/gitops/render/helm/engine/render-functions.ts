import { execute } from '../../../../template/evaluate/execute.ts';
import { quote } from '../../../../template/format/quote.ts';
import type { ParsedTemplate } from '../../../../template/parse/parse-template.ts';
import { FunctionError, TemplateError } from '../../../../template/template-error.ts';
import { fromText } from '../../../../template/value/byte-string.ts';
import type { FunctionMap } from '../../../../template/value/go-function.ts';
import { any, constantFunction, dictionary, meteredFunction, text } from '../../../../template/value/go-function.ts';
import type { CallContext, GoFunction, GoMap, Value } from '../../../../template/value/value.ts';
import { CallError } from './call-error.ts';
import { namespaceName, type TemplateNamespace } from './template-namespace.ts';

/** Invocations of one name within each other. */
const mostNested = 1_000;

/** What the functions of one render share. */
export interface RenderState {
  /** The functions that do not depend on the render. */
  readonly functions: FunctionMap;
  /** How many invocations of each name are under way. */
  readonly included: Map<string, number>;
  /** Parses a text that `tpl` is given. @throws TemplateError */
  readonly parse: (text: string) => ParsedTemplate;
  /** What is known of the cluster. */
  readonly lookup: (apiVersion: string, kind: string, namespace: string, name: string) => GoMap;
}

const requiredFunction = constantFunction([text, any], any, required);
const failFunction = constantFunction([text], text, fail);

/** All functions, with those that render other templates of a namespace. */
export function functionsFor(namespace: TemplateNamespace, state: RenderState): Functions {
  const own = new Map([
    ['required', requiredFunction],
    ['fail', failFunction],
    ['lookup', meteredFunction([text, text, text, text], dictionary, (_, ...query) => state.lookup(...query))],
    ['tpl', meteredFunction([text, any], text, (context, source, data) => tpl(namespace, state, { source, data, context }))],
  ]);
  // `tpl` has functions of its own each time: the hundreds that are always the same are not copied for it
  const functions: Functions = { get: (name) => own.get(name) ?? state.functions.get(name) };
  own.set('include', includeFunction(namespace, functions, state));
  return functions;
}

type Functions = Pick<FunctionMap, 'get'>;

/** Executes a template, and takes out what Go prints for what is not there. */
export function executeTemplate(template: ParsedTemplate, functions: Functions, data: Value, context: CallContext): string {
  return execute({ template, functions, missingKey: 'zero', context }, data);
}

/** Go prints this for a value that is not there; Helm takes it out, from wherever it comes. */
export function withoutNoValue(output: string): string {
  return output.includes('<no value>') ? output.replaceAll('<no value>', '') : output;
}

function required(warning: string, value: Value): Value {
  if (value === undefined || value === '') throw new CallError(warning);
  return value;
}

function fail(message: string): never {
  throw new CallError(message);
}

function includeFunction(namespace: TemplateNamespace, functions: Functions, { included }: RenderState): GoFunction {
  return meteredFunction([text, any], text, (context, name, data) => {
    const nested = included.get(name) ?? 0;
    if (nested > mostNested) {
      throw new FunctionError('a template includes itself too often', `rendering template has a nested reference name: ${name}: unable to execute template`);
    }
    included.set(name, nested + 1);
    try {
      if (!namespace.has(name)) throw noTemplate(name);
      return executeTemplate(namespace.template(name), functions, data, context);
    } catch (error) {
      throw error instanceof TemplateError ? new FunctionError(fromText(error.message), detailOf(error), error) : error;
    } finally {
      included.set(name, nested);
    }
  });
}

function noTemplate(name: string): FunctionError {
  return new FunctionError('there is no template of this name', `template: no template ${quote(name)} associated with template ${quote(namespaceName)}`);
}

/** Renders a text as a template that sees all others, and whose own definitions nobody else sees. */
function tpl(parent: TemplateNamespace, state: RenderState, { source, data, context }: { readonly source: string; readonly data: Value; readonly context: CallContext }): string {
  if (!source.includes('{{')) return withoutNoValue(source);
  context.meter.step(source.length / 10);
  context.meter.allocate(source.length * 4);
  const said = (error: unknown, what: string): unknown =>
    error instanceof TemplateError ? new FunctionError(fromText(`${what}: ${error.message}`), `${what} ${quote(source)}: ${detailOf(error)}`, error) : error;
  let parsed: ParsedTemplate;
  try {
    parsed = state.parse(source);
  } catch (error) {
    throw said(error, 'cannot parse template');
  }
  const namespace = parent.copy();
  namespace.add(parsed);
  try {
    return withoutNoValue(executeTemplate(namespace.own(parsed), functionsFor(namespace, state), data, context));
  } catch (error) {
    throw said(error, 'error during tpl function execution for');
  }
}

/** Of the message of an error within many others. Go keeps all of it, and each of a thousand says again what those within it said. */
const longestInner = 16_384;

/** Go's message, as a byte string: of a very long one its beginning and its end. */
function detailOf({ detail }: TemplateError): string {
  const said = Buffer.from(detail.reveal()).toString('latin1');
  return said.length > longestInner ? said.slice(0, longestInner / 2) + said.slice(-longestInner / 2) : said;
}
