/**
 * What tells the subscribers of the world's phones apart, however their numbers are spelled.
 *
 * Some numbering plans give one subscriber several international numbers: a digit for mobile phones that networks add or leave
 * out, or an older and a newer form that both arrive. Such spellings have one key, a spelling itself. Keys of numbers that are
 * spelled in one way alone are the numbers.
 */
import { parsePhoneNumberFromString } from "libphonenumber-js/max"

/** A plan in which subscribers have several spellings, told by the digits that they share. The first spelling is the key. */
interface Plan {
  readonly pattern: RegExp
  readonly spellings: ReadonlyArray<string>
}

const plans: ReadonlyArray<Plan> = [
  // Argentina: mobile phones are reached from abroad with a 9 that their senders often lack (ENACOM, Plan Fundamental de
  // Numeración Nacional; ITU-T E.164 national numbering plan of +54).
  { pattern: /^\+549?([123]\d{9})$/, spellings: ["+54$1", "+549$1"] },
  // Mexico: the 1 for mobile phones ended on 3 August 2019, and is still sent (IFT, Plan Técnico Fundamental de Numeración).
  { pattern: /^\+521?([2-9]\d{9})$/, spellings: ["+52$1", "+521$1"] },
  // Brazil: mobile numbers got a ninth digit by 2016 (Anatel, Resolução 553/2010). Those that begin with 7 kept eight digits in
  // trunking networks, where a 9 before them is somebody else's.
  { pattern: /^\+55([1-9]{2})9?([689]\d{7})$/, spellings: ["+55$19$2", "+55$1$2"] },
  // Benin: numbers of eight digits got 01 before them on 30 November 2024 (ARCEP Bénin).
  { pattern: /^\+229(?:01)?([24569]\d{7})$/, spellings: ["+22901$1", "+229$1"] },
  // Colombia: fixed lines got 60 before their area code on 1 September 2021 (CRC, Resolución 5826 de 2019).
  { pattern: /^\+57(?:60)?([1-8]\d{7})$/, spellings: ["+5760$1", "+57$1"] },
  // San Marino: fixed lines are reached by its own country code, with or without 0549, and by Italy's (ITU-T E.164, +378).
  { pattern: /^\+(?:378(?:0549)?|390549)([89]\d{5})$/, spellings: ["+3780549$1", "+378$1", "+390549$1"] },
  // Palestine: mobile phones are reached by its own country code and by Israel's (ITU-T E.164, +970 and +972).
  { pattern: /^\+97[02](5[69]\d{7})$/, spellings: ["+970$1", "+972$1"] }
]

const NANP = /^\+1\d{10}$/

/** The number as its plan has it, where it is one of the plan: without trunk prefixes, for one. */
const asPlanned = (number: string): string => {
  if (NANP.test(number)) return number
  const parsed = parsePhoneNumberFromString(number)
  return parsed !== undefined && parsed.isValid() ? parsed.number : number
}

/** All numbers in E.164 form that reach the subscriber of one, the key first. */
export const spellings = (number: string): ReadonlyArray<string> => {
  const planned = asPlanned(number)
  const plan = plans.find(({ pattern }) => pattern.test(planned))
  return plan === undefined ? [planned] : plan.spellings.map((spelling) => planned.replace(plan.pattern, spelling))
}

/** The one key of all spellings of a subscriber's number, given in E.164 form. */
export const subscriberKey = (number: string): string => spellings(number)[0]!
