import { LogError } from '@millrace/model/log-error'
import Negotiator from 'negotiator'

/** The best of `offered`, the first of which is for who accepts anything. NOT_ACCEPTABLE when none is. */
export function negotiate<Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  const [preferred] = offered
  if (accept === undefined || ANYTHING.has(accept) || accept === preferred) return preferred
  const best = new Negotiator({ headers: { accept } }).mediaType([...offered])
  const found = offered.find((type) => type === best)
  if (found !== undefined) return found
  throw new LogError('NOT_ACCEPTABLE', `Here there is ${offered.join(', ')}.`)
}

/** As most send it; an empty header asks for nothing. */
const ANYTHING = new Set(['*/*', ''])
