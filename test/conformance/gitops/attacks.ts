import { argoAttacks } from './attacks/argo-cd.ts';
import type { Attack } from './attacks/attack.ts';
import { fluxAttacks } from './attacks/flux.ts';
import { ownAttacks } from './attacks/threat-model.ts';

/** Attacks on what releases from Git that are known, of Argo CD and Flux and of our own threat model, with what becomes of each here. */
export const attacks: Readonly<Record<string, readonly Attack[]>> = { 'Argo CD': argoAttacks, Flux: fluxAttacks, 'the threat model': ownAttacks };
