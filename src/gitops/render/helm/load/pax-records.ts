import { ChartError } from './chart-error.ts';

/**
 * The records of a pax header: `25 path=templates/a.yaml\n`, the number being the length of all of it.
 * @throws ChartError for what is malformed
 */
export function readPaxRecords(data: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const digits = space === -1 ? '' : data.toString('latin1', at, space);
    const end = at + Number(digits);
    const equals = data.indexOf(0x3d, space);
    if (!/^[1-9]\d{0,8}$/.test(digits) || end > data.length || data[end - 1] !== 0x0a || equals === -1 || equals >= end) throw malformed();
    const value = data.toString('utf8', equals + 1, end - 1);
    const key = data.toString('utf8', space + 1, equals);
    if (key === '' || value.includes('\0') || key.includes('\0')) throw malformed();
    records.set(key, value);
    at = end;
  }
  return records;
}

function malformed(): ChartError {
  return new ChartError('the archive has a malformed pax header');
}
