import { FunctionError } from '../../../../template/template-error.ts';

/** What a chart says itself, by `fail` or `required`: Helm shows it without the calls that led there. */
export class CallError extends FunctionError {
  /** @param said a byte string */
  constructor(said: string) {
    super('the chart refuses these values', `HELM_ERR_START${said}HELM_ERR_END`);
  }
}
