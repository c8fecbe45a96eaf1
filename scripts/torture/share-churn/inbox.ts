import type { EmbeddedBroker } from '@millrace/broker/embedded-broker'
import type { Call } from './call.ts'
import type { Consumer } from './consumer.ts'
import type { DeadLetterTopic, FoundLetter } from './dead-letter-topic.ts'
import type { Answered, Ledger } from './ledger.ts'
import { judgeLetter } from './letters.ts'

interface Message {
  readonly call: Call
  /** Undefined: the answer was lost on its way. */
  readonly consumer: Consumer | undefined
  readonly answer: Answered
  /** Where the dead-letter topic ended when it came. */
  readonly ends: readonly number[]
}

/** Answers and dead letters, in the order in which they came; they are judged when it is clear what was first. */
export class Inbox {
  readonly #ledger: Ledger
  readonly #letters: DeadLetterTopic
  #messages: Message[] = []

  constructor(ledger: Ledger, letters: DeadLetterTopic) {
    this.#ledger = ledger
    this.#letters = letters
  }

  push(broker: EmbeddedBroker, call: Call, consumer: Consumer | undefined, answer: Answered): void {
    this.#messages.push({ call, consumer, answer, ends: this.#letters.ends(broker) })
  }

  /** Judges all that came; `between`: what happened after the answers, and perhaps before the last dead letters. */
  async judge(broker: EmbeddedBroker, nowMs: number, between?: () => void): Promise<number> {
    const letters = [...(await this.#letters.read(broker))]
    let judged = letters.length
    const messages = this.#messages
    this.#messages = []
    for (const { call, consumer, answer, ends } of messages) {
      this.#judgeLetters(letters, nowMs, ends)
      const delivered = this.#ledger.answered(call, answer)
      judged += delivered.length
      if (consumer === undefined) continue
      consumer.held.push(...delivered)
    }
    between?.()
    this.#judgeLetters(letters, nowMs)
    return judged
  }

  #judgeLetters(letters: FoundLetter[], nowMs: number, ends?: readonly number[]): void {
    for (;;) {
      const at = letters.findIndex(({ partition, letter }) => {
        return ends === undefined || letter.offset < (ends[partition] ?? 0)
      })
      const [first] = at < 0 ? [] : letters.splice(at, 1)
      if (first === undefined) return
      judgeLetter(this.#ledger, first.letter, nowMs)
    }
  }
}
