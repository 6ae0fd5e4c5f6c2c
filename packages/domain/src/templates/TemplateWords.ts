/** What the words of a template ask for: carrier words to reply with, and how to opt out. */
import { optOutWords } from "../contacts/Consent.ts"

/** Stands for a value in a text of which the words are read: it is none, and is not nothing. */
export const SOME_VALUE = "\ufffc"

/** The text with its placeholders as something else than words; places stay. What a condition says is read as if it held. */
export const wordsOnly = (text: string): string =>
  text.replace(/\{\{([^}]*)\}\}/g, (tag, inner: string) => (/^[#^/]/.test(inner) ? " " : SOME_VALUE).repeat(tag.length))

/** Accents dropped, places kept. */
const folded = (text: string): string =>
  text.replace(/[\u00c0-\u024f]/g, (letter) => letter.normalize("NFD").slice(0, 1))

const anyOf = (words: Iterable<string>): string =>
  [...words]
    .toSorted((one, other) => other.length - one.length)
    .map((word) => word.replaceAll(" ", "[\\s-]+").replace(/\p{L}(?=\p{L}|$)/gu, "$&[\\u0300-\\u036f]*"))
    .join("|")

const word = (pattern: string): string => `(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}\\p{M}])`

/**
 * Words that carriers and providers act on themselves: who replies with one of `Consent`'s opts out, and who replies YES opts in
 * (CTIA Messaging Principles, 5.1; Twilio, "Support for opt-out keywords"). None may be asked for as an answer.
 */
const CARRIER_WORDS = anyOf([...optOutWords, "yes"])

/** Of those, the ones that a text may say to opt out by. */
const WAYS_OUT = anyOf(["stop", "alto", "parar", "arret", "unsubscribe"].filter((one) => optOutWords.has(one)))

const VERBS = word(
  [
    "reply|respond|text|txt|send|answer|type|message|write|enter",
    "respond(?:a|e|an|er)|contest(?:e|a|en|ar)|envi(?:e|a|en|ar)|escrib(?:a|e|an|ir)|mand(?:e|a|en|ar)|marque|digite|teclee",
    "repond(?:ez|s|re)|envoy(?:ez|er)|envoie|ecri(?:vez|s|re)|tapez|textez"
  ].join("|")
)
const FILLERS =
  "with|back|us|by|just|simply|the|word|to|this|text|message|con|solo|la|palabra|a|este|mensaje|avec|par|le|mot|ce|simplement"
const OPENING = `["'“”‘’«(]`
const CLOSING = `["'“”‘’»)]`

/** A verb that asks for a reply, up to the word that it asks for. */
const ASKING = `${VERBS}(?:\\s+(?:${FILLERS})(?!\\p{L}))*\\s*:?\\s*${OPENING}*\\s*`
const TO = "(?:to|para|pour)"

const CLAUSE_ENDS = `(?=\\s*${CLOSING}*\\s*(?:$|[.,;:!?\\n/|–—-]|(?:and|or|y|o|et|ou)\\s))`
const DETERMINERS =
  "(?:receiving|getting|all|any|these|this|our|the|further|future|more|such|text|sms|marketing|promotional|appointment|from|los|las|la|el|estos|estas|mas|nuestros|nuestras|su|de|recibir|recevoir|les|ces|nos|des|aux|reminder)"
const MESSAGES =
  "(?:texts?|texting|messages?|messaging|sms|alerts?|notifications?|reminders?|updates?|mensajes?|textos?|avisos?|alertas?|notificaciones|recordatorios?|suscripcion|rappels?|alertes?|abonnement)"
const OF_MESSAGES = `(?:\\s+${DETERMINERS})*\\s+${MESSAGES}(?!\\p{L})`

/** What a way out does. What may be said of a visit as well is said of messages, or of nothing. */
const OPTING_OUT = [
  "opt(?:\\s+|-)?out(?!\\p{L})",
  "unsubscribe(?!\\p{L})",
  "(?:be\\s+removed|no\\s+longer\\s+receive|not\\s+receive|receive\\s+no)(?!\\p{L})",
  `(?:end|stop|quit|cancel|leave)(?:${CLAUSE_ENDS}|${OF_MESSAGES})`,
  "(?:no|dejar\\s+de)\\s+recibir(?!\\p{L})",
  "dar(?:se|te)\\s+de\\s+baja",
  `(?:cancelar|terminar|detener|parar)(?:${CLAUSE_ENDS}|${OF_MESSAGES})`,
  "salir(?!\\p{L})",
  "ne\\s+plus\\s+(?:les\\s+)?recevoir",
  "(?:se|vous|te)\\s+des(?:abonner|inscrire)",
  `(?:arreter|annuler|mettre\\s+fin)(?:${CLAUSE_ENDS}|${OF_MESSAGES})`
].join("|")

const AT_ANY_TIME = "(?:\\s+(?:at\\s+any\\s*time|any\\s*time|en\\s+cualquier\\s+momento|a\\s+tout\\s+moment))?"

/** "Reply STOP", "STOP to end texts", "Responda ALTO para no recibir más mensajes". */
const WAY_OUT = new RegExp(
  `(?<verb>${ASKING})?(?<word>${word(WAYS_OUT)})${CLOSING}*(?:\\s+(?:or|and|o|y|ou|et)\\s+${OPENING}*${word(WAYS_OUT)}${CLOSING}*)*${AT_ANY_TIME}` +
    `(?:(?<purpose>\\s+${TO}\\s+(?:${OPTING_OUT})|\\s+(?:if|si)\\s[^.!?\\n]*${word(MESSAGES)})|${CLAUSE_ENDS})`,
  "giu"
)

const isUpper = (text: string): boolean => text === text.toUpperCase()

/** Where the text says how to opt out: by a reply, or by a word in capitals and what it does. */
const waysOut = (text: string): ReadonlyArray<{ readonly from: number; readonly to: number }> =>
  [...text.matchAll(WAY_OUT)].flatMap((match) => {
    const { purpose, verb, word: said = "" } = match.groups ?? {}
    const isOne = verb !== undefined || (purpose !== undefined && isUpper(said))
    return isOne ? [{ from: match.index, to: match.index + match[0].length }] : []
  })

/** In any case: right after what asks for a reply, or as another choice beside one, "or cancel to cancel". */
const ASKED = new RegExp(`${ASKING}(${word(CARRIER_WORDS)})`, "giu")
const OTHER_CHOICE = new RegExp(
  `(?:[,;]|${word("or|and|o|y|ou|et")})\\s*${OPENING}*(${word(CARRIER_WORDS)})${CLOSING}*\\s+${TO}\\s`,
  "giu"
)
/** In capitals: wherever it stands. */
const SAID = new RegExp(`(${word(CARRIER_WORDS)})`, "giu")
const ASKS = new RegExp(VERBS, "iu")
const SENTENCE = /[^.!?\n]+/gu
const AFTER_TO = new RegExp(`${word(TO)}\\s+$`, "iu")

/** Words that the text asks to be answered with and that carriers act on, with their places. */
export const replyWordsOf = (given: string): ReadonlyArray<{ readonly word: string; readonly at: number }> => {
  const text = folded(wordsOnly(given))
  const found = new Map<number, string>()
  const add = (at: number, said: string) => void found.set(at, said.toUpperCase())
  for (const match of text.matchAll(ASKED)) add(match.index + match[0].length - match[1]!.length, match[1]!)
  for (const { 0: sentence, index } of text.matchAll(SENTENCE)) {
    if (ASKS.test(sentence)) {
      for (const match of sentence.matchAll(OTHER_CHOICE))
        add(index + match.index + match[0].indexOf(match[1]!), match[1]!)
    }
    const isShouted = isUpper(sentence)
    for (const { 1: said = "", index: at } of sentence.matchAll(SAID)) {
      // "X TO CANCEL", where everything is in capitals, says what X does.
      const saysWhatFor = isShouted && AFTER_TO.test(sentence.slice(0, at))
      if (isUpper(said) && !saysWhatFor) add(index + at, said)
    }
  }
  const allowed = waysOut(text)
  return [...found]
    .filter(([at]) => !allowed.some(({ from, to }) => from <= at && at < to))
    .map(([at, said]) => ({ at, word: said }))
    .toSorted((one, other) => one.at - other.at)
}

/** Whether the text says how to opt out: "Stop by for a flu shot" does not. */
export const speaksOfOptOut = (text: string): boolean => waysOut(folded(wordsOnly(text))).length > 0
