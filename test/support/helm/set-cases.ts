export interface SetCase {
  readonly flag: '--set' | '--set-string' | '--set-json' | '--set-literal' | '--set-file';
  readonly text: string;
}

const texts: Readonly<Record<SetCase['flag'], readonly string[]>> = {
  '--set': [
    ...['x=1', 'x=1000000', 'x=-7', 'x=+7', 'x=007', 'x=0', 'x=-0', 'x=1.5', 'x=1e3', 'x=9223372036854775807', 'x=9223372036854775808', 'x=TRUE', 'x=False', 'x=NULL', 'x=', 'x', 'x,y=1', 'x=1,y=2', 'x=1,', '=1', ''],
    ...['a.b=2', 'a.c.d=x', 'a=null', 'a.b.c=1', 'n.x=1', 'text.x=1', 'text[0]=1', 'x.=1', '.x=1', 'x..y=1', 'a.list[0]=9', 'a.list[1].c=3', 'a.list[3]=9', 'a.list[1].d[1]=z'],
    ...['x[0]=1', 'x[2]=1', 'x[0][1]=1', 'x[0].y=1', 'x[-1]=1', 'x[a]=1', 'x[0', 'x[', 'x[0]', 'x[0]y=1', 'x[65536]=1', 'x[65537]=1', 'x[0]=', 'x[0].y=', 'x[0][0]=', 'x[0]={a,1}', 'n[0]=1'],
    ...['x={}', 'x={a}', 'x={a,1,true}', 'x={a', 'x={a}b=1', 'x={a},y=1', 'x={a,{b}}', String.raw`x=a\,b`, String.raw`x\.y=1`, String.raw`x=a\\b`, 'x=a\\', 'x=a=b', 'x=é😀', ' x = y ', 'x={a, b}'],
    ...[`${'d.'.repeat(30)}x=1`, `${'d.'.repeat(31)}x=1`],
  ],
  '--set-string': ['x=1', 'x=true', 'x=null', 'x={1,2}', 'x[1]=2', 'x=', 'x=a,y=2'],
  '--set-json': [
    ...['x=1', 'x=1000000', 'x={"a":[1,null]}', 'x="t,u",y=2', 'x=', 'x=,y=1', 'x=[1,2] , y=3', 'x=nope', 'x=1 y=2', 'x=01', 'x=1.', 'x=-', 'x=truey=1', 'x={"a":1', 'x[1]={"b":2}', 'x[0]=', 'a.b="s"', 'x=1e400'],
    ...['{"x":1,"a":{"c":2}}', '{"x":1', ' {"n":{"y":1}} ', '[1]', String.raw`x="\u00e9\ud800"`],
  ],
  '--set-literal': ['x=1', 'x=a,b', String.raw`x=a\,b`, 'x={a}', 'x', 'x[0]=y=z', 'x.y=', 'a.list[1].c=v', 'x[0', String.raw`x\.y=1`, 'a,b=c'],
  '--set-file': ['x=FILE', 'x=nothing', 'x=FILE,y[0]=FILE', 'x=', 'x={FILE,FILE}'],
};

const flags = ['--set', '--set-string', '--set-json', '--set-literal', '--set-file'] as const;

/** Texts of `--set` and its kin, good and bad. */
export const setCases: readonly SetCase[] = flags.flatMap((flag) => texts[flag].map((text) => ({ flag, text })));
