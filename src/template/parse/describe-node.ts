import { quote } from '../format/quote.ts';
import type { CommandNode, Node, PipeNode } from './node.ts';

/** A node as Go's error messages show it: written anew, not as it stands in the text. */
export function describeNode(node: Node): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'action':
      return `{{${describePipe(node.pipe)}}}`;
    case 'if':
    case 'with':
    case 'range': {
      const otherwise = node.elseList === undefined ? '' : `{{else}}${describeNode(node.elseList)}`;
      return `{{${node.kind} ${describePipe(node.pipe)}}}${describeNode(node.list)}${otherwise}{{end}}`;
    }
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`;
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe === undefined ? '' : ` ${describePipe(node.pipe)}`}}}`;
    case 'list':
      return node.nodes.map(describeNode).join('');
    case 'pipe':
      return describePipe(node);
    case 'command':
      return describeCommand(node);
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'field':
      return node.path.map((name) => `.${name}`).join('');
    case 'variable':
      return [node.name, ...node.path].join('.');
    case 'chain':
      return `${describeOperand(node.operand)}${node.path.map((name) => `.${name}`).join('')}`;
    case 'identifier':
      return node.name;
    case 'bool':
      return String(node.value);
    case 'string':
      return node.quoted;
    default:
      return node.text;
  }
}

function describePipe({ declarations, isAssign, commands }: PipeNode): string {
  const names = declarations.map(describeNode).join(', ');
  return `${names === '' ? '' : `${names} ${isAssign ? '=' : ':='} `}${commands.map(describeCommand).join(' | ')}`;
}

function describeCommand({ args }: CommandNode): string {
  return args.map(describeOperand).join(' ');
}

function describeOperand(node: Node): string {
  return node.kind === 'pipe' ? `(${describePipe(node)})` : describeNode(node);
}
