import type { SchemaReference } from '@millrace/model/schema-registry'
import { InvalidArgumentError } from 'commander'

/** `com.example.Item=item-value@3`, as often as wanted. */
export function references(
  text: string,
  before: readonly SchemaReference[] | undefined,
): readonly SchemaReference[] {
  const [, name, subject, version] = /^([^=]+)=(.+)@(\d{1,10})$/s.exec(text) ?? []
  if (name === undefined || subject === undefined) {
    throw new InvalidArgumentError('It is to be as com.example.Item=item-value@3.')
  }
  return [...(before ?? []), { name, subject, version: Number(version) }]
}
