import type { DeadLetterSettings, ShareOrdering } from '@millrace/model/share-group'

/** A share group as it is stored. Topics go by id: one that is made again is another. */
export interface ShareGroup {
  /** 16 bytes, as 22 characters of base64url. One made again under the same name is another group. */
  readonly id: string
  readonly topicIds: readonly string[]
  readonly settings: ShareSettings
}

export interface ShareSettings {
  readonly ordering: ShareOrdering
  readonly acquisitionLockMs: number
  readonly maxDeliveryCount: number
  readonly retryDelaysMs: readonly number[]
  /** By name: it may be made, deleted and made again. */
  readonly deadLetter: DeadLetterSettings | null
}

/** Before the next delivery, after `count` of them. */
export function retryDelayMs({ retryDelaysMs }: ShareSettings, count: number): number {
  return retryDelaysMs[Math.min(count, retryDelaysMs.length) - 1] ?? 0
}
