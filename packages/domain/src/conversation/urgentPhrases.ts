/**
 * Phrases by which somebody says that their life may be in danger, in English and Spanish, as data. A change of a list is a new
 * version: the thread says which one it was found by.
 */

export const VERSION = "2026-12"

export interface UrgentPhrase {
  readonly language: "en" | "es"
  /**
   * Words in their order, as `Consent.normalise` has them without apostrophes; small words may stand between them. Several ways of
   * saying one are `a|b`.
   */
  readonly words: string
  /** Words right behind it with which it means something else. */
  readonly unlessBefore: ReadonlyArray<string>
}

/** `words / unlessBefore`. */
const phrase =
  (language: UrgentPhrase["language"]) =>
  (text: string): UrgentPhrase => {
    const [words = "", unless = ""] = text.split(" / ")
    return { language, words, unlessBefore: unless === "" ? [] : unless.split(" ") }
  }

const english = [
  "chest pain|pains",
  "pain|pains|pressure|tightness chest",
  "chest hurts|tight|hurting|pressure|tightness / follow",
  "heart attack",
  "stroke / of",
  "cant|cannot|couldnt breathe|breath",
  "cant|cannot|couldnt catch breath",
  "not able to breathe",
  "unable breathe",
  "can not breathe|breath",
  "trouble|difficulty|hard|struggling breathing|breathe",
  "not breathing",
  "stopped breathing",
  "short|shortness breath",
  "choking / hazard hazards",
  "suicide|suicidal",
  "kill myself",
  "kill my self",
  "killing myself",
  "end my life / insurance policy",
  "want|wanna|wants to die",
  "want|wanna die",
  "dont want to live / here there in at on near with closer far alone",
  "hurt|harm myself",
  "hurting|harming myself",
  "overdose|overdosed|overdosing",
  "took too many pills",
  "took|swallowed all pills",
  "chestpain|chestpains",
  "unconscious",
  "unresponsive",
  "not responding / to",
  "passed out / the some all our my flyers forms papers copies candy it them",
  "wont wake up / early in at before for",
  "having a seizure|seizures",
  "seizure|seizures / medication medicine meds clinic",
  "bleeding a lot|heavily|badly",
  "wont stop bleeding",
  "bleeding wont stop",
  "coughing|vomiting|throwing blood",
  "throwing up blood",
  "throat is closing|swelling",
  "throat closing|swelling",
  "tongue swelling|swollen",
  "anaphylaxis|anaphylactic",
  "face drooping",
  "slurred speech",
  "call 911",
  "calling 911"
]

const spanish = [
  "dolor|dolores pecho",
  "duele|dolia pecho",
  "presion|opresion pecho",
  "ataque|infarto corazon",
  "infarto",
  "ataque cardiaco",
  "derrame cerebral",
  "no puedo|puede|podia respirar",
  "no respira|respiraba",
  "dejo de respirar",
  "cuesta|dificultad|dificil respirar",
  "falta aire",
  "me ahogo",
  "se ahoga",
  "ahogando|asfixiando",
  "suicidio|suicidar|suicidarme|suicidarse",
  "matarme",
  "me quiero matar",
  "quiero morir|morirme",
  "quitarme la vida",
  "no quiero vivir",
  "hacerme dano",
  "sobredosis",
  "tome muchas|demasiadas pastillas",
  "inconsciente",
  "no responde / el la al a los las mis mi nadie tu su",
  "no despierta",
  "se desmayo",
  "me desmaye",
  "convulsion|convulsiones|convulsionando",
  "sangra|sangrando|sangrado mucho|muchisimo",
  "vomitando|vomito|tosiendo sangre",
  "cierra la garganta",
  "hinchazon garganta|lengua",
  "lengua hinchada",
  "llamar|llame|llamen 911"
]

export const phrases: ReadonlyArray<UrgentPhrase> = [...english.map(phrase("en")), ...spanish.map(phrase("es"))]

/** Words that may stand between those of a phrase and change nothing. */
export const fillers: ReadonlySet<string> = new Set(
  (
    "a an the my his her their our your is are am was im i m s in of on and so very really bad badly severe terrible sharp strong some little " +
    "been having feeling like he she it up myself kind sort to " +
    "el la los las un una mi su sus en de del al y muy mucho tanto fuerte algo es esta estoy me le se lo que un poco tengo"
  ).split(" ")
)

/** Words that take a phrase back that follows them in the same clause. */
export const negations: ReadonlySet<string> = new Set(
  (
    "no not never without denies deny denied dont doesnt didnt isnt wasnt havent hasnt aint nor t neither zero " +
    "sin nunca ni tampoco jamas niega"
  ).split(" ")
)

/** Words that end what a negation or a condition in front of them takes back. */
export const conjunctions: ReadonlySet<string> = new Set(
  "and y e why because cause since when that until then so porque que cuando hasta entonces".split(" ")
)

/** In the few words in front of a phrase: it may never be, was long ago, or is not the writer's. Spanish `si` counts as well, but first in its clause, where it is a yes. */
export const before: RegExp =
  /\b(?:if|in case(?: of)?|unless|whenever|history of|used to|prevent\w*|risk of|screening(?: for)?|refill (?:for|of)|medication for|en caso(?: de)?|antecedentes? de|historial de|prevenir|prevencion de|riesgo de)\b/

/** Anywhere in front of a phrase: it was long ago. */
export const longAgo: RegExp =
  /\b(?:hace (?:\w+ ){0,2}(?:anos?|mes|meses|semanas?)|(?:ano|mes) pasado|last (?:year|month|summer|winter)|(?:years?|months?) ago)\b/

/** In the few words behind a phrase: it was long ago, or is the name of a thing. */
export const behind: RegExp =
  /^(?:\w+ ){0,2}(?:last (?:year|month|summer|winter|spring|fall)|(?:\w+ )?(?:years?|months?|weeks?) ago|in (?:19|20)\d\d|was in (?:19|20)\d\d|hace (?:\w+ ){0,2}(?:anos?|mes|meses|semanas?)|(?:el )?(?:ano|mes) pasado|follow up|medication|medicine|meds|clinic|study|article|video|class|brochure|awareness|hazard)\b/

/** Who is not sure whether it is: that is no condition, and takes nothing back. */
export const unsure: RegExp = /\b(?:not sure|dont know|do not know|no se)\b/
