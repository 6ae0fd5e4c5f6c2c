/**
 * Phrases by which people ask for no more texts, or say that they are not who is meant, in English, Spanish and French.
 *
 * A rule looks at one clause at a time: without accents, apostrophes and punctuation, in small letters, courtesies around it
 * taken away. `corpus` of its test has sentences for each.
 */

/** Tokens that may stand between a verb and what it is about; nothing of a treatment is among them. */
const between =
  "(?:(?:me|us|my|the|all|any|these|those|this|that|your|ur|with|please|sending|getting|receiving|to|from|more|further|of|" +
  "such|so|many|constant|annoying|automated|unwanted|marketing|phone|number|cell|a|in|for|get|receive|have|be|being|you|" +
  "sent|other|future|appt|appointment|automatic|daily|weekly|silly|dumb|text|sms|out|damn|stupid|fucking|freaking) )*"
/** What is a text wherever it stands, and what is one only where nothing follows. */
const texts = "(?:texts?|texting|txts?|txting|msgs?|messages?|messaging|sms|spam|texted|messaged|contacted)\\b"
const notices = "(?:alerts?|reminders?|notifications?|e ?mails?|updates|communications?|calls)$"
const anyText = `(?:${texts}|${notices})`
const mensajes = "(?:mensajes?|textos?|sms|msjs?|recordatorios?|notificaciones|alertas|correos?)\\b"
const messages = "(?:messages?|textos?|sms|rappels?|notifications?|alertes?|courriels?)\\b"

const any = (...patterns: ReadonlyArray<string>): RegExp => new RegExp(patterns.join("|"))

const reader =
  "(?:me|us|it|this|here|him|her|them|everyone|again|anymore|my (?:\\w+ )?(?:number|phone|cell|mobile|line|name|work|house|home))\\b"
/** "I don't stop texting", "they quit messaging me" ask for nothing. */
const asked = "(?<!\\b(?:not|dont|never|cant|cannot|wont|i|he|she|it|they|we|did) )\\b"
const number =
  "(?:my |this |the )(?:cell |phone |mobile |telephone |contact )?(?:number|name|phone|cell|line|info|contact)"
const off = "(?: off| from| out)(?: of)?"
const list =
  "(?: (?:this|your|the|that|all|any|ur|these|those))*" +
  "(?: (?:text|txt|texting|message|messaging|sms|mailing|contacts?|call|calling|phone|marketing|distribution|reminder))*" +
  "(?: (?:lists?|texts?|messages?|system|database|contacts?|notifications|alerts|reminders|group|thread|chat|records|it|here))?" +
  "(?: (?:b4|before|or|because|bc|cause|cuz|and) .*)?$"

export const rules: Readonly<Record<string, RegExp>> = {
  "stop texting": any(
    `${asked}(?:stop|quit|cease|discontinue) (?!texting you|messaging you)${between}${anyText}(?! you\\b)`,
    `^(?:end|cancel|block|halt|turn off|shut off|switch off|disable) ${between}${anyText}`,
    `${asked}(?:stop|quit|cease) (?:contacting|bothering|bugging|harassing|spamming|pestering|annoying|disturbing|writing|emailing|calling|phoning|blowing up)(?: to)? ${reader}`,
    `${asked}(?:stop|quit|cease) (?:contacting|bothering|bugging|harassing|spamming|pestering)$`,
    "\\bcease and desist\\b",
    `^(?:stop|quit|cease) (?:calling|all contact|contact|communication|communicating)\\b`,
    `${asked}(?:stop|quit) sending(?: (?:me|us|this|that|these|those|anything|stuff|things|to|my|phone|number|here|more|it|crap|shit))*$`,
    `\\b(?:make|want|need|get|like|wish) ${between}${texts}(?: to)? stop`,
    `\\b(?:turn|shut|switch) ${between}(?:texts?|messages?|notifications?|reminders?|alerts?) off$`,
    "\\b(?:stop|cease|quit) (?:all |any |further )*(?:communications?|contact|correspondence)\\b",
    "\\b(?:are|time|people|ppl|again|seriously) stop$"
  ),
  "do not text": any(
    `(?<!\\b(?:you|they|he|she|i|we) )\\b(?:do not|dont|never|not to) (?:ever |you |be |please )*(?:text|texting|txt|message|messaging|msg|contact|contacting|sms|bother|disturb|spam|email|write)(?: to)? ${reader}`,
    "(?:^|\\b(?:please|pls|plz) )(?:do not|dont|never) (?:ever )?(?:text|txt|message|msg|contact|sms|disturb)$",
    "\\b(?:do not|dont|never) call (?:me|us|here|(?:this|my) (?:number|phone|cell) )?(?: ?(?:again|anymore|any more|ever again|ever))$",
    "^(?:do not|dont|never) (?:call|text|reply|respond) (?:or (?:call|text)\\b|to (?:this|my) (?:number|phone))",
    "\\b(?:do not|dont|no) (?:call|contact|text) list\\b",
    `\\b(?:do not|dont|never) send ${between}(?:another )?(?:${texts}|(?:anything|nothing?|stuff|this|these|those|that|crap|alerts?|reminders?|notifications?)(?: else| anymore| again| more| ever)*$)`,
    `\\b(?:do not|dont|no longer|not|never|didnt|did not) (?:want|wish|need|like|care|ask|asked|agree|agreed|consent|consented|sign up|signed up|subscribe|subscribed|interested) ${between}${anyText}(?! (?:the|my|a|dr|doctor|you)\\b)`,
    "\\bno longer (?:want|wish|need) (?:these|this|those|them|any)$",
    "\\b(?:dont|do not|no longer) (?:want|wish|need|like)(?: to)?(?: keep)? (?:get|getting|receive|receiving) (?:any of )?(?:these|this|those|them)(?: anymore| any more| any longer)?$",
    "\\b(?:did not|didnt|never) (?:sign|signed|ask|asked|subscribe|subscribed)(?: up)?(?: for| to)?(?: this| these| that| it| any of this)?$",
    "\\b(?:dont|do not|no longer) (?:want|wish) (?:you |anyone |anybody |people |yall )?(?:to )?(?:be )?(?:text(?:ed|ing)?|contact(?:ed|ing)?|messag(?:e|ed|ing)|bother(?:ed|ing)?)\\b(?! (?:you|the|my|a|an|dr|doctor|him|her|them|anyone|anybody)\\b)",
    `\\b(?:rather|prefer) not (?:to )?(?:get|receive|be sent|have|be) ${between}${anyText}`,
    "^(?:im |i am |we are )?(?:not|no longer) interested$",
    "^(?:block|discontinue)$"
  ),
  "no more": any(
    `(?<!\\b(?:has|have|had|see|got) )\\bno (?:more|further|additional|longer any) ${between}${anyText}`,
    "^no (?:texts?|texting|messages|messaging|sms|more|mas)$",
    `^(?:i have had |ive had )?enough (?:of |with )?${between}${anyText}`,
    "^(?:enough|enough already|enough is enough|thats enough|i want out|let me out)$"
  ),
  unsubscribe: /\bun ?sub\w*|\bunsuscri\w*|\bunscrib\w*|\bunsbscri\w*|\bdis ?subscrib\w*/,
  "opt out": any(
    `\\bopt(?:ing|ed)? (?:me |us |my (?:number|phone) |this (?:number|phone) )?out(?:$| (?:of|from) ${between}${anyText}| (?:now|immediately)$)`,
    "\\boptout\\b"
  ),
  "remove me": any(
    `\\b(?:remove|delete|erase|unlist|deregister) (?:me|us|${number})(?:${off})?${list}`,
    `\\b(?:take|get|drop|scratch|strike|cross|pull) (?:me|us|${number})${off}${list}`,
    "\\b(?:be|been|being|get) (?:taken|removed|dropped|deleted|struck) (?:off|from)(?: of)? (?:(?:this|your|the|that|all|any|ur|these|those|text|txt|texting|message|messaging|sms|mailing|contact|call|calling) )*(?:lists?|texts?|messages?|system|database|notifications|alerts|reminders)$",
    "\\b(?:take|get|drop|remove|delete) (?:him|her|them|my \\w+|\\p{L}+) (?:off|from)(?: of)? (?:your|ur) (?:\\w+ )?(?:lists?|texts?|messages?|texting|messaging|reminders?|alerts?|system)$",
    "\\b(?:lose|forget|block) (?:my|this|that|the) (?:phone |cell )?number\\b|\\blose my$",
    "^block (?:me|us)$"
  ),
  "wrong person": any(
    "\\bwrong (?:number|num|numbr|numer|nmber|no|person|persn|preson|prson|phone|guy|party|contact|lady|man|woman|family)\\b(?! (?:of|on|for my|for the|for our|in)\\b)",
    "(?<!\\bi )\\b(?:text|messag|contact|reach|call)\\w* (?:the |a )?wrong\\b",
    "^(?:(?:u|you) )?(?:(?:got|have|has) )?(?:the )?wrong$",
    "\\b(?:have|got|has) the wrong(?: patient)?$",
    "\\bby (?:that|this|the) name\\b|\\bbelongs to (?:someone|somebody|another)\\b",
    "\\b(?:doesnt|does not|no longer|didnt|did not|never) belong(?:s|ed)? to (?!me\\b)",
    "^(?:this|that|it) (?:is not|isnt|aint|is no longer) (?:the |a )?(?:right |correct )?(?:number|phone) (?:for|of)\\b",
    "\\bnot the (?:person|guy|one|lady|man|woman) (?:u|ur|you|youre)\\b",
    "\\bfor (?:some ?|a )(?:body|one|person|guy|lady|man|woman) named\\b",
    "\\b(?:nobody|no ?one|no body|no person) (?:here )?(?:named|called) (?!me\\b|us\\b|my\\b|you\\b|him\\b|her\\b|back\\b|in\\b)",
    "\\b(?:me|us) (?:confused|mixed up|mistaken) (?:with|for)\\b|\\b(?:confus|mistak|mistook)\\w* me (?:with|for)\\b|\\bmixed me up\\b",
    "^not (?:my|his|her|their) (?:number|phone|cell)\\b",
    "\\b(?:no longer|doesnt|does not|dont|do not) (?:live here|(?:have|has|own|owns|use|uses|answer|answers|at) this (?:number|phone|cell))",
    `^this (?:is not|isnt|aint|is no longer) (?:\\w+ ){1,3}(?:number|phone|cell)(?: anymore| any longer| now)?$`,
    "\\b(?:this|it|that|im|i am)(?: is|s)? ?(?:not|nt) (?:him|her|the (?:right|correct|intended) (?:person|number|recipient)|(?:who|the (?:one|person)) you(?:re| are)? (?:think|want|looking|trying)\\w*)",
    "\\b(?:im|i am|no longer|not) (?:not )?(?:a |your )patient(?: there| here| of yours| of theirs)?(?: anymore| any longer)?$",
    "\\b(?:dont|do not) know (?:who (?:this|you|that) (?:is|are)|this person|(?:any|a) (?!more|thing|lot|bit|doctor|good)\\w+)$",
    "\\b(?:numero|persona|contacto|telefono) (?:equivocad|incorrect|errone)[oa]\\b",
    "^equivocad[oa]$|\\bequivoc\\w* de (?:numero|persona)\\b",
    "\\b(?:no soy (?:la persona|quien)|no cono[zs]co a \\w+$|este no es (?:el|su|mi) (?:numero|telefono))|\\bya no (?:tiene|usa|contesta) (?:este|ese) (?:numero|telefono|celular)\\b",
    "\\b(?:mauvais|mauvaise|faux) (?:numero|personne|destinataire)\\b|\\berreur (?:de |sur le )?(?:numero|personne|destinataire)\\b",
    "\\btromp\\w+ de (?:numero|personne)\\b|\\b(?:pas|plus) (?:le bon numero|le numero de|la bonne personne|son numero)\\b"
  ),
  "leave alone": any(
    "^(?:just )?leave (?:me|us) (?:the \\w+ )?(?:alone|be)\\b",
    "^(?:go away|get lost|buzz off|back off|knock it off|cut it out|quit it|cease and desist|f off|fuck (?:off|you)|piss off|screw you)$",
    "^(?:just )?(?:stop|quit|cease) (?:it|this|that|these|those|now|already|everything|all(?: of)?(?: this| it| these)?|for good|forever|at once|today|asap|doing (?:this|that)|means stop)$",
    "^(?:reply|text|send|txt)? ?stop (?:2|to) (?:end|stop|quit|opt ?out|cancel)$",
    "^(?:(?:reply|text|send|txt|stop) )+stop$",
    "\\bi (?:\\w+ )?(?:said|say|typed|texted|replied|wrote|sent|told you)(?: to)? stop$",
    "\\b(?:want|need|ask|asked|asking|told|telling|beg|begging) you (?:all |guys |people )?to (?:please )?stop$"
  ),
  "revoke consent": any(
    `\\b(?:revok|withdraw|rescind|retract)\\w* (?:my |all |any |prior |previous )*(?:consent|permission|authorization)(?:$| (?:to|for) ${between}(?:${anyText}|contact))`,
    `\\b(?:dont|do not|never|no longer) (?:have|had|gave|give) (?:you )?(?:my )?(?:consent|permission|authorization)(?:$| (?:to|for) ${between}(?:${anyText}|contact))`
  ),
  misspelt:
    /^(?:stp|sotp|stpo|tsop|stopp+|sttop|sstop|stoop|stops|atop|dtop|stip|s t o p|st op|sto p|s top|unsu\w{0,3}|qiut|quitt|cancle|cacel|cancell)$/,
  Spanish: any(
    "^(?:pare|paren|pares|parar|para|parele|deten|detente|detenga|detengan|detenganse|alto|basta|baja|no mas|nunca mas)$",
    "(?<!\\bno )\\b(?:dejen?|dejes|deja|dejar|pare|paren|parar|para) de (?:escribir|textear|mensajear|molestar|contactar|llamar|fastidiar|acosar|estar (?:chingando|molestando|fregando|jodiendo|escribiendo|mandando))(?:me|nos)?\\b",
    `(?<!\\bno )\\b(?:dejen?|dejes|deja|dejar|pare|paren|parar|para) de (?:enviar|mandar)(?:me|nos)?(?:$|(?: (?:mas|tantos|los|sus|estos|esos|estas|esas|a mi numero|a este numero))* ${mensajes}|(?: (?:mas|esto|eso|cosas|nada))+$)`,
    `\\b(?:cancel(?:o|e|en|ar|a)|deten(?:ga|gan|er)|pare|paren|parar|suspend(?:a|an|er)|elimin(?:e|en|ar)|quit(?:e|en|ar)) (?:(?:ya|con|tanto|tantos|los|las|sus|estos|estas|esos|todos|el|envio|de|mas) )*${mensajes}`,
    "\\bno (?:me|nos) (?:vuelvan? a )?(?:escrib(?:a|an|as|ir)|texte(?:e|en|es|ar)|mensajeen?|contact(?:e|en|es|ar)|molest(?:e|en|es|ar))\\b",
    `\\bno (?:me|nos) (?:vuelvan? a )?(?:envi(?:e|en|es|ar)|mand(?:e|en|es|ar))(?:$| mas$| nada\\b|(?: (?:mas|ningun|otro|tantos|estos|esos|sus|los))* ${mensajes})`,
    "\\bno (?:me|nos) llam(?:e|en|es) (?:mas|nunca)\\b",
    `\\bno (?:quiero|deseo|quisiera|necesito|autorizo|acepto|queremos|pedi|solicite|estoy interesad[oa] en)(?: (?:que|me|nos|recibir|mas|sus|estos|esos|los|tus|ningun|tantos|seguir|sigan|sigas|recibiendo|enviando|mandando|envien|manden|escriban))* ${mensajes}`,
    `^(?:de )?no (?:enviar|mandar)(?: (?:me|nos|mas|estos|esos|sus|tantos))* ${mensajes}`,
    "\\bno (?:quiero|deseo) que (?:me|nos) (?:escrib|contact|mand|texte|molest|envi)\\w+$",
    `\\b(?:no mas|basta de|alto a|nada de|ni un|ningun) (?:de )?(?:sus |estos |esos |los )?${mensajes}`,
    "\\b(?:quit|saqu|borr|elimin|remuev|retir)\\w*(?:me|nos)(?:$| de (?:la |su |sus |esta |esa |tu )?(?:lista|listas|mensajes|sistema|base|contactos|grupo))",
    "\\b(?:quit|borr|elimin|saqu|remuev|olvid|bloque)\\w* (?:mi|este) (?:numero|telefono|nombre|celular|contacto)",
    "\\bd(?:ar|e|en)(?:me|nos|se|nme)? de baja\\b|\\bdes ?suscri\\w*|\\bdesinscri\\w*|\\bcancel\\w* (?:la |mi |esta )?suscripcion",
    "\\bdej[ea]n?(?:me|nos) (?:en paz|tranquil[oa]s?|de molestar)"
  ),
  French: any(
    "^(?:arret|arrete|arretez|arreter|arretez ca|stoppez|stopper|assez|ca suffit|cessez|plus jamais)$",
    "(?<!\\bpas )\\b(?:arretez|arrete|arreter|cessez|cesse|cesser|stoppez) (?:de |d)?(?:me |m|nous )?(?:ecri|text|contact|derang|harcel|appel|embet|spam|relanc)\\w+",
    `(?<!\\bpas )\\b(?:arretez|arrete|arreter|cessez|cesse|cesser|stoppez) (?:de |d)?(?:me |m|nous )?envoy\\w+(?:(?: (?:ca|cela|tout))*$|(?: (?:des|les|vos|ces|tous|de|plus|autant|tant))* ${messages})`,
    `\\b(?:arretez|arreter|arrete|cessez|stoppez|^stop|annulez|suspendez|bloquez)(?: (?:les|vos|ces|tous|des|de|avec|tout|lenvoi|aux))* ${messages}`,
    "\\b(?:ne )?(?:me |m|nous )(?:ecri|text|contact|derang)\\w+ (?:plus|pas|jamais)\\b",
    "\\b(?:ne )?(?:me |m|nous )(?:rappel|appel)\\w+ (?:plus|jamais)\\b",
    `\\b(?:ne )?(?:me |m|nous )envoy\\w+ (?:plus|pas|jamais)(?:$| rien|(?: (?:de|des|aucun|vos))* ${messages})`,
    "\\bne (?:plus|pas) (?:me |m|nous )(?:ecri|text|contact|derang)\\w+",
    `\\bne (?:plus|pas) (?:me |m|nous )?(?:recevoir|envoyer)(?: (?:de|des|vos|ces|aucun))* ${messages}`,
    `\\bj?(?:veux|souhaite|desire|voudrais|voulons|souhaitons) (?:plus|pas|pu)(?: (?:que|vous|recevoir|de|des|vos|ces|les|aucun))* ${messages}`,
    "\\bj?(?:veux|souhaite) (?:plus|pas|pu) (?:que vous (?:me |m)|etre )(?:ecri|text|contact|derang)\\w+",
    `\\b(?:plus de|plus aucun|assez de) (?:vos |ces |tes )?${messages}|^pas de (?:vos |ces |tes )?${messages}$`,
    "\\bdesabonn\\w*|\\bdesinscri\\w*",
    "\\bbloqu\\w* (?:moi$|(?:mon|ce) (?:numero|telephone|cell\\w*))",
    "\\b(?:retir|enlev|supprim|ray|effac|radi)\\w* (?:moi|nous|mon (?:numero|nom|telephone|cell\\w*)|ce numero)(?:$| (?:de|des|du) (?:la |cette |votre |vos |ta )?(?:listes?|systeme|contacts|base|messages|envois|groupe))",
    "\\b(?:laiss|fich|fout)\\w* (?:moi|nous) (?:tranquilles?|en paix|la paix)",
    "\\b(?:retir|revoqu)\\w* mon consentement$"
  )
}

/** One or two words that begin with a capital, as names do. */
const name = "(?:\\p{Lu}\\p{Ll}+ ?){1,2}"
/** "This is not Maria", "No Maria here", "STOP John Smith": looks at a clause as it was written, without apostrophes. */
export const names: RegExp = new RegExp(
  [
    `^\\s*(?:[Tt]his(?: is|s)|[Ii]ts|[Ii]t is|[Ii]m|[Ii] am) not ${name}$`,
    `^\\s*[Tt]his isnt ${name}$`,
    `^\\s*(?:[Nn]o soy|[Jj]e ne suis pas) ${name}$`,
    `\\b[Nn]o ${name}(?:here|at this number|aqu[ií]|ici)\\s*$`,
    `^\\s*(?:STOP|Stop|UNSUBSCRIBE|Unsubscribe) (?:\\p{Lu}\\p{Ll}+ ?){1,3}$`
  ].join("|"),
  "u"
)

/** Somebody who texted us by mistake asks for nothing: "wrong person" is about whom they meant then. */
export const ownMistake: RegExp = any(
  "\\bi (?:\\w+ ){0,2}(?:text|txt|messag|call|dial|sen[dt]|reach|contact|got|had|have|typed|wrote)\\w* (?:\\w+ ){0,3}wrong\\b",
  "\\b(?:my (?:mistake|bad|fault|apologies)|(?:was |were |is )?(?:meant|intended|supposed) (?:to|for) (?!be\\b|text me|contact me)\\w+)",
  "\\bme (?:equivoque|confundi)\\b|\\b(?:era|es) para (?:mi|otra?)\\b|\\bqueria (?:escribir|mandar|enviar)\\w*",
  "\\bje me suis tromp\\w+|\\b(?:etait|est) pour (?:ma|mon|un|une) \\w+|\\bje voulais (?:ecrire|envoyer|texter)\\b"
)

/** Verbs as they are typed in a hurry. */
const HASTY: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(text|txt|messag|contact|bother|bugg|call|send|spamm|harass|gett|receiv)in\b/g, "$1ing"],
  [/\b(?:stahp|stawp|stopp+|sotp|stpo)\b/g, "stop"],
  [/\bnothin\b/g, "nothing"]
]

/** The clause with its verbs written out. */
export const writtenOut = (clause: string): string =>
  HASTY.reduce((text, [pattern, verb]) => text.replace(pattern, verb), clause)

/**
 * Words of somebody who may be in need: whoever says them is answered, a wish to opt out or not. The answer is where many clinics
 * name the emergency number.
 */
export const distress: RegExp = any(
  "\\b(?:help|emergency|911|988|pain\\w*|hurt\\w*|bleed\\w*|blood|breath\\w*|chok\\w*|dying|die|died|kill\\w*|suicid\\w*|overdos\\w*|faint\\w*|" +
    "dizz\\w*|unconscious|seizure\\w*|fever|vomit\\w*|chest|stroke|allerg\\w*|swell\\w*|swollen|fell|fall|scared|sick|worse)\\b",
  "\\b(?:ayuda|auxilio|socorro|emergencia|dolor\\w*|duele\\w*|sangr\\w*|respir\\w*|morir\\w*|muero|suicid\\w*|sobredosis|desmay\\w*|mare\\w*|" +
    "fiebre|vomit\\w*|pecho|cai|caida|peor|enferm\\w*)\\b",
  "\\b(?:aide\\w*|secours|urgence\\w*|mal|douleur\\w*|saign\\w*|sang|respir\\w*|mourir|meurs|suicid\\w*|surdose|evanoui\\w*|fievre|vomi\\w*|" +
    "poitrine|tombe\\w*|pire|malade)\\b"
)

/** Said with a wish, and no part of it. */
const courtesy =
  "(?:please|pls|plz|kindly|no thanks|no thank you|thanks|thank you|thx|ty|ok|okay|hi|hello|hey|yes|sorry|just|now|right now|right away|immediately|asap|" +
  "already|again|sir|maam|doctor|dr|team|guys|everyone|and|but|so|can you|could you|would you|will you|you need to|you must|" +
  "you can|you should|i want you to|i need you to|i would like you to|i would like to|id like to|i want to|i wish to|i need to|" +
  "i am asking you to|how (?:do|can) i|" +
  "por favor|porfavor|porfa|favor de|favor|gracias|hola|ya|quiero|quisiera|deseo|puede|pueden|podria|" +
  "sil vous plait|sil te plait|svp|merci de|merci|bonjour|maintenant|veuillez|immediatement|je veux|je voudrais|pouvez vous|de grace)"
const before = new RegExp(`^(?:${courtesy} )+`)
const after = new RegExp(`(?: ${courtesy})+$`)

/** The clause without its courtesies. */
export const bare = (clause: string): string => clause.replace(before, "").replace(after, "")
