"""Guideline "abuse": defaming, demeaning, vulgar, offensive, threatening or harassing words (policy, part III, 2).

Insults count where they are aimed at people; machines, weather, books and the speaker himself may be called anything.
Words that somebody quotes or reports, and words of medicine or of titles, are not the speaker's insult.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.screening.finding import Finding
from bot.screening.signs import Sign, seen, sign, words

if TYPE_CHECKING:
    from bot.screening.scene import Scene

KEY = "abuse"

# Words that demean a group or a person whoever says them to whom.
_SLUR = (
    r"retard(?:s|ed)?|re?tards?|fag(?:s|got|gots)?|trann(?:y|ies)|nigg(?:er|a)s?|spics?|wetbacks?|"
    r"chinks?|kikes?|beaners?"
    r"|towelheads?|slant[ -]?eye[ds]*|cunts?|subhumans?|vermin|cockroach(?:es)?|roaches|inbreds?|scumbags?|lowlife"
    r"|groomers?|pedos?|pedophiles?|paedos?|perverts?|degenerates?|sluts?|slutty|whores?|skanks?|bitch(?:es)?"
    r"|ching chong|sand people|dirty (?:mexicans?|arabs?|jews?|indians?|muslims?|immigrants?|"
    r"foreigners?)|rag ?heads?|trollop|twats?|libtards?|shemales?|trogs?|sodomites?|junkies|"
    r"illegals"
    r"|maricon(?:es)?|jot[oa]s?|prietas?|zorras?|putas?|mojados?|malinchistas?|"
    r"pinches? viej[oa]s?|perras?|culer[oa]s?"
    r"|igualad[oa]s?|marranas?|cucarachas?|lacras?|naca|nacos?|indi[oa] pat[a-z]*"
)
# Nouns that insult where they are said of a person.
_INSULT = (
    r"idiots?|morons?|imbeciles?|hags?|cows?|sows?|pigs?|hogs?|swine|trash|garbage|filth|scum|parasites?|leech(?:es)?"
    r"|savages?|animals?|apes?|monkeys?|gorillas?|rats?|dogs?|mutts?|whales?|creeps?|freaks?|weirdos?|losers?|bums?"
    r"|witch|crone|goblins?|trolls?|clowns?|brats?|thugs?|pussy|pansy|fair(?:y|ies)|dwarfs?|"
    r"midgets?|lunatics?|psychos?"
    r"|bastards?|pricks?|dickheads?|jackass(?:es)?|dumbass(?:es)?|assholes?|a-?holes?|"
    r"douche(?:bag)?s?|tools?|drunk|junkie"
    r"|snakes?|worms?|maggots?|slugs?|toads?|buzzards?|vultures?|fossils?|cripples?|spaz|slobs?|potato|dorks?|nazis?"
    r"|idiotas?|estupid[oa]s?|inutil(?:es)?|imbecil(?:es)?|puerc[oa]s?|cerd[oa]s?|burr[oa]s?|vieja bruta|brut[oa]s?"
    r"|ratas?|basura|brujas?|gata|babos[oa]s?|mugros[oa]s?|ignorantes?|asqueros[oa]s?|changos?|mono|gord[oa]s?"
    r"|pendej[oa]s?|cabron(?:es|a)?|huevon(?:es|a)?|amargad[oa]s?"
)
# Milder words: of people they are blunt, not yet plainly abuse.
_BLUNT = (
    r"nitwits?|dope|dopes|dimwits?|bozos?|airheads?|jerks?|dummies|dummy|dingbats?|fools?|buffoons?|numbskulls?"
    r"|knuckleheads?|twits?|an ass|asses|asshats?|hacks?|battle-?axe?|tightwads?|crank|grump|old bat|old goat|liars?"
    r"|meno[ns]as?|inept[oa]s?|flojos?|floja"
)
_SCORN = (
    r"fat|ugly|stupid|dumb|lazy|filthy|dirty|stinking|smelly|stinky|nasty|worthless|useless|dried[ -]?up|greasy"
    r"|greedy|disgusting|pathetic|miserable|bitter|frigid|brainless|illiterate|crusty|rotten|vile|"
    r"snot[ -]?nosed|drunk"
    r"|drunken|sick|inbred|toothless|spineless|washed[ -]?up|bloated|hideous|dense|welfare|"
    r"ignorant|creepy|obese|gross|drooling|cross-?eyed|brain-?dead|mouthy|two-faced|ungrateful|"
    r"dirty|flabby|wrinkly|saggy|cheap|talentless|foul|evil|wretched|inutil|asquerosa?|pinche"
)
_PERSON = (
    r"you(?:'re| are|r)?|ur|u|y'?all(?:'re)?|she(?:'s)?|he(?:'s)?|they(?:'re)?|them|those people|"
    r"these people|this woman"
    r"|this man|that woman|that man|this guy|that guy|this lady|that lady|your kids?|your mother|"
    r"your mom|her|him|staff"
    r"|st@ff|librarians?|clerks?|director|directora|board|guard|mayor|teacher|(?:the )?kids|mothers|parents|teenagers"
    r"|teens|everyone|every one of (?:them|you)|all of (?:them|you)|the (?:whole )?lot|whoever|people|folks|ladies"
    r"|immigrants|homeless|muslims|jews|gays|mexicans|blacks|whites|christians|liberals|conservatives|democrats"
    r"|republicans|eres|son|esa|ese|esos|esas|la vieja|el viejo|la senora|el senor|la directora|bibliotecari[oa]s?"
)
_GAP = r"(?:[ ,\"-]{1,3}[a-z0-9']{1,30}){0,5}?[ ,\"-]{1,3}"

_THE_WORD = re.compile(
    r"(?:call(?:ed|ing|s)?|said|says?|word|term|yell(?:ed|ing)|shout(?:ed|ing)|heard|hear|told|"
    r"tell|wrote|written|scrawl\w{0,9}|scribbl\w{1,9}|sprayed|carved"
    r"|painted|graffiti|nobody|no one|not|isn'?t|aren'?t|never|stop|quit|anti|dijo|dijeron|llam[oa]|nadie|novel|book"
    r"|title|poem|song|movie|chapter|shelf|reading|read|as if|against|hate)[^.!?\n]{0,45}$"
)
_SLUR_WORD = words(_SLUR)
_DENIED = re.compile(
    r"(?<![a-z])(?:nobody|no one|no human|none of|isn'?t|aren'?t|not an?|never|stop calling|nadie)(?![a-z])"
)
_FOND = words(
    r"love (?:you|u|y'?all|this|that|it|ya)|same time next week|miss you|te amo|los quiero|jk|my favorite",
)
_MYSELF = words(r"i'?m|myself")
_HARSH = words(
    r"talentless|ogres?|hippos?|waddl\w+|livestock|drool\w*|reject|prune|wench|breeders?|breed|"
    r"deport\w*|terrorists?|gimps?|vegetables|wrinkly|blobs?|lard|stinks?|stank|reek\w*|soap|bath|"
    r"spay|neuter|zoo|caged?|muzzle|bananas|oink|moo|mutant|brain-?dead|brainless|half-?wits?|"
    r"imbecil\w*|cretins?|buffoons?|bums?|leech\w*|tramps?|hags?|dyke|lezbo|homos?|queers|"
    r"molesters?|predators?|sickos?|disgusting|repulsive|gross|pathetic|worthless|useless|lazy|"
    r"filthy|stupid|idiot\w*|morons?|moronic|dumb|ugly|fat|fatt(?:y|ies)|obese|trash|garbage|scum|"
    r"creeps?|freaks?|losers?|pigs?|cows?|hogs?|rats?|animals|savages|monkeys?|clowns?|witch|"
    r"greasy|drunks?|junkies?|illegals|ghetto|inbred|trailer trash|section[- ]?8|welfare|"
    r"spineless|cross-?eyed|face like|lips|wimps?|crybab\w+|snowflakes?|go home|your kind|"
    r"his kind|their kind|those people|legs like|hubba|mami|sexy|on (?:her|his|your) knees|"
    r"shut up|nobody asked|can'?t (?:even )?read|speaks? (?:english|american)|put (?:to|"
    r"out to) pasture|too many (?:babies|kids)|crawl\w*|slither\w*|scurry\w*|infest\w*|"
    r"disease[ds]?|diseased|mentally ill|brain cells?|two brain|smells? like|sound(?:s|"
    r"ed)? like a|looks? like a"
    r"|gord[oa]s?|fe[oa]s?|brut[oa]s?|tont[oa]s?|inutil\w*|mugros\w+|asco|ratas?|huele\w*|"
    r"apesta\w*|flojos?|vieja|viejas|ridicul[oa]s?|payas[oa]s?|metiche|chusma|nacos?|ignorante\w*|"
    r"estupid\w*|idiota\w*|callate|largense|largate"
)
_PEOPLE = words(
    _PERSON,
    r"she|he|they|she'?s|he'?s|@[a-z]+|kids?|mothers?|crowd|families|woman|man|girl|boy|guy|lady|one with",
    r"who(?:ever)?|your",
)
_OWN = re.compile(
    r"(?:\bi(?:'m| am| was| feel| felt|'ve been)|\bmy own|\bus|\bwe(?:'re| are)|\bsoy|\bmyself)[^.!?\n]{0,25}$"
)
_THING = re.compile(
    r"(?:printer|copier|wifi|wi-fi|router|machine|kiosk|website|app|catalog|chair|carpet|logo|"
    r"sign|mural|building|elevator"
    r"|parking|car|truck|computer|keyboard|mouse|book|novel|movie|ending|plot|character|villain|"
    r"narrator|protagonist|hero|heroine|murderer|weather|snow|tree|cat|dog"
    r"|statue|toilet|system|policy|rule|idea|password|software|printing|book drop|door|lamp|raccoon|goose|squirrel)s?"
    r"[^.!?\n]{0,30}$"
)

_DEMEANS = "It demeans people with an insult that is plainly aimed at them."
_WISHES = "It wishes people harm or death."
_SIGNS = (
    sign(
        0.93,
        _DEMEANS,
        rf"(?:{_PERSON}){_GAP}(?:{_SLUR})|(?:{_SCORN})[ ,]+(?:{_SLUR})|(?:{_SLUR})[ ,]+(?:{_INSULT})",
    ),
    sign(
        0.92,
        _DEMEANS,
        rf"(?:{_SCORN})(?:[ ,]+(?:and )?(?:{_SCORN})){{0,3}}[ ,]+(?:[a-z]+ )?(?:little |old |lady |"
        rf"piece of |pack of |bunch of )?(?:{_INSULT})",
        rf"you(?:'re| are|r)?(?: all| people)?(?: a| an| such a| nothing but| just)?(?: bunch of| pack of| piece of)?"
        rf" (?:{_SCORN})(?:[ ,]+(?:{_SCORN})){{1,3}}",
        rf"bunch of (?:[a-z]+ ){{0,3}}?(?:{_INSULT}|{_SLUR})|pack of (?:[a-z]+ ){{0,2}}?(?:{_INSULT}|{_SLUR})",
    ),
    sign(
        0.8,
        "It calls a person an insulting name.",
        r"(?:you(?:'re| are|r)?|ur|u|y'?all|eres|she(?:'s| is)|he(?:'s| is)|they(?:'re| are)|(?:staff|"
        r"director|librarians?"
        rf"|clerks?|board|guard|kids|people|teens|mothers) (?:is|are|was|were))"
        rf"(?: [a-z']+){{0,3}}? (?:{_INSULT})",
        rf"(?:{_INSULT}) (?:like|such as) (?:you|her|him|them)",
    ),
    sign(0.72, "It uses a word that demeans people.", _SLUR),
    sign(
        0.92,
        _WISHES,
        r"(?:hope|wish|pray|ojala)(?: that)?(?: [a-z']+){0,3}? (?:you|u|y'?all|they|she|he|whoever|"
        r"every|all of|your|those|these|em|te|se|ellos)(?: [a-z']+){0,5}?"
        r" (?:die|dies|died|rots?|chokes?|burns?|cancer|suffers?|starves?|freezes?|drowns?|get hit|"
        r"gets hit|mueran?|pudran?)",
        r"let (?:the|them|'?em|those|these|all)(?: [a-z']+){0,4}? (?:freeze|die|drop|rot|starve|drown|"
        r"burn|od|overdose)",
        r"(?:drop dead|go die|kill yourselfs?|kys|go hang yourself|one less mouth"
        r"|belongs? in (?:a cage|cages|a zoo|the zoo|an oven|a pine box|the ground)|should(?:'ve|"
        r" have| of) been (?:drowned|aborted|shot|fixed)"
        r"|should be (?:shot|hanged|hung|euthanized|put down|sterilized|caged)|finish(?:ed)? the job|"
        r"muerete|pudrete|ojala te mueras"
        r"|que se mueran?|nobody (?:will|would) miss (?:them|him|her|you))",
        r"(?:deserves?|deserved) to (?:die|rot|burn|suffer)",
        r"(?:hose|fumigate|exterminate|muzzle|spay|neuter)(?: [a-z']+){0,3} (?:them|'?em|out|room|"
        r"place|lot|pack|kids|people|mothers)",
    ),
    sign(
        0.9,
        "It tells people to get out because of who they are.",
        r"(?:go|went|send (?:them|'?em|her|him)|crawl|get)(?: [a-z']+){0,2}? back (?:to )?(?:where|"
        r"mexico|africa|china|your country|their country|india|asia|the jungle)",
        r"(?:call|llamen a|llama a|echenle a) (?:ice|la migra|immigration)",
        r"(?:speak|learn) english (?:or|before)(?: [a-z]+){0,2} (?:get|go|leave|out|crawl)",
        r"regres[ae][a-z]* a (?:tu|su) (?:pais|rancho|pueblo)",
        r"(?:don'?t|do not|doesn'?t) belong (?:in (?:this|our) (?:country|town)|here with)",
    ),
    sign(
        0.9,
        "It is a sexual remark about a person.",
        r"(?:nice|great|show|big|love (?:those|them)) (?:[a-z]+ )?(?:tits|titties|boobs|rack|ass|legs|melons|jugs)",
        r"(?:your|her|those|them) (?:[a-z]+ )?(?:tits|titties|boobs)",
        r"(?:bend (?:her|me|over)|on my lap|take that (?:shirt|dress|top) off|shirt off for|(?:miss|"
        r"srta|mrs) [a-z]+ can (?:have|sit|ride)|i'?d (?:hit|tap|smash|do|bang|ride|wreck) (?:that|"
        r"her|him|it)|suck (?:my|on)|blow ?job|sit on my|spank"
        r"|wanna see (?:her|you) (?:bend|naked)|check (?:me|her|him) out any|undress|nudes?|onlyfans|"
        r"sexy (?:librarian|lady|mama)"
        r"|nobody would breed|que buena estas|mamacita|buenota|nalgas|chichis)",
    ),
    sign(
        0.82,
        "It mocks how a person looks.",
        r"(?:looks?|looking|built|shaped|parece|pareces|parecen)(?: like)?(?: a| an| un| una)?(?: [a-z]+){0,3}?"
        r" (?:pig|cow|hog|whale|horse|ape|monkey|gorilla|troll|toad|rat|manatee|walrus|potato|melted|"
        r"ghoul|corpse|marrana|puerc[oa]s?|chango|mono|vaca|ballena)",
        r"(?:bag over|put a bag|get a bag|ugliest (?:woman|man|girl|kid|baby|person|librarian|thing|people))",
        r"(?:woman|man|girl|guy|lady|he|she|him|her) or (?:a |an )?(?:couch|whale|it|cow|beast)",
        r"(?:lay off|skip|put down|back away from) the (?:donuts?|cake|pie|buffet|fork|twinkies)",
        r"(?:fat girl|fat boy|fat lady|fatso|lard ?ass|thunder thighs|face like|smells? like (?:piss|"
        r"urine|a barn|death))",
    ),
    sign(
        0.85,
        "It tells a person to be silent or go away in a demeaning way.",
        r"shut (?:your|ur|the (?:fuck|hell|f) ?|up your)(?: [a-z]+){0,3}? (?:mouth|trap|pie ?hole|face|yap|up)",
        r"(?:fuck|screw|f\*+k?|f\*+ck|eff) (?:you|u|off|y'?all|them|her|him|all of|this town and everyone)",
        r"(?:eat shit|kiss my ass|piss off|suck it|chinga (?:a )?tu madre|chingu?en a su madre|"
        r"vete a la (?:verga|chingada|mierda)|hijos? de (?:la chingada|puta|perra|su))",
    ),
    sign(0.8, _WISHES, r"(?:rot|burn) in hell", r"(?:need|needs|ought) to be put down", r"gets? what'?s coming"),
    Sign(
        re.compile(r"\({3}(?!hug)[a-z ]{2,30}\){3}"), 0.9, "It marks people out in a way that is used to demean Jews."
    ),
    Sign(re.compile("\N{REVERSED HAND WITH MIDDLE FINGER EXTENDED}"), 0.62, "It shows an obscene gesture."),
    sign(
        0.5,
        "It calls somebody a name that is blunt rather than plainly abusive.",
        rf"(?:{_PERSON}){_GAP}(?:{_BLUNT})",
        rf"(?:these|those|whichever of you|which of you|what a|pack of) (?:{_BLUNT})",
    ),
    sign(
        0.72,
        "It uses a word that demeans people.",
        r"b[*#]tch\w*|f[*@]gg?(?:[o*]ts?|y)?|d[!*]kes?|c[*#]nts?|wh[*#]res?",
    ),
)
_SWEARING = sign(
    0.55,
    "It swears strongly, though not plainly at a person.",
    r"(?:mother)?fuck(?:s|ed|er|ers|ing?|in')?|f+[*#.\-_]{1,4}(?:ck)?(?:ing|in|ed|er)?|f-ing",
    r"(?:bull|horse|dip)?shit(?:s|ty|show|head)?|(?:bull)?sh[*#]t|a\$\$hole|assholes?",
    r"mierda|pendejadas?|pinches?|puta|putos?|chingad\w+|chingaderas?|verga|cono|carajo",
)

_CRIME = (
    r"stole|steal(?:s|ing)?|thief|crook|skim(?:s|med|ming)?|pocket(?:s|ed|ing)|embezzl\w+|fraud|"
    r"bribes?|kickbacks?|launder\w*"
    r"|drunk|having an affair|having it off|sleeping with|fired (?:from|for)|falsif\w+|"
    r"plagiari\w+|cash ?box|helps? (?:him|her)self"
    r"|walked off with|sold (?:it|them) on|on the take|ran off with|groped|touch(?:ed|es) (?:kids|"
    r"girls|boys|me)|hits? (?:kids|children)"
    r"|evicted for|did time|rigged|took (?:the )?money|cooks? the books|lied on|phony|fake degree|"
    r"padded|padding|forged"
    r"|ratero|ratera|robo|roba|robando|robaron|se quedo con el dinero|falsificar|borrach[oa]|"
    r"amante|corrupt[oa]s?|transa"
)
_ACCUSED = re.compile(rf"(?<![a-z])(?:{_CRIME})(?![a-z])")
_ASK_ABOUT = words(
    r"ask (?:him|her|them|[a-z]+(?: [a-z]+)?) (?:about|what|where|who|why|how|to deny)",
    r"(?:look|check) (?:into|up) (?:him|her|who owns|what happened)|funny how that works|prove me wrong",
    r"preguntenle a|everybody knows (?:it|what|she|he)|todos (?:lo )?saben",
)
_NAME = re.compile(r"(?:Mrs?|Ms|Miss|Dr|Prof)\.? [A-Z][\w'\u2019-]+|[A-Z][a-zà-ÿ'\u2019-]+ [A-Z][a-zà-ÿ'\u2019-]{2,}")
_OFFICE = words(
    r"director|treasurer|manager|mayor|clerk|guard|board president|trustees?|custodian|page|she|he|her|his|him"
)


def find(scene: Scene) -> list[Finding]:
    """Insults, hateful wishes, harassment and swearing; accusations against a named person."""
    reading = scene.text
    found = []
    plain, bare = reading.plain.text, reading.bare.text
    for layer_is_bare in (False, True) if bare != plain else (False,):
        for each, quote, quoted in seen(reading, (*_SIGNS, _SWEARING), bare=layer_is_bare):
            # Swearing is in doubt whatever it is aimed at; an insult is one only where people are meant.
            aim = 1.0 if each is _SWEARING else _aim(bare if layer_is_bare else plain, each)
            strength = each.strength * aim
            if quoted:
                strength *= 0.25
            found.append(Finding(KEY, round(strength, 3), quote, each.why))
    found += _accusation(scene)
    found += _harsh(scene)
    return found


def _harsh(scene: Scene) -> list[Finding]:
    """Harsh words in a comment that is about people: one alone is a small doubt, several are a real one."""
    reading = scene.text
    quotes = {
        quote.lower(): quote
        for bare in (False, True)
        for start, end, quote in reading.find(_HARSH, bare=bare)
        if not reading.is_speech(start, end, bare=bare)
    }
    if not quotes or not reading.has(_PEOPLE):
        return []
    fond = reading.has(_FOND) or reading.has(_MYSELF)
    demeaning = any(
        not reading.is_speech(start, end, bare=True) for start, end, _ in reading.find(_SLUR_WORD, bare=True)
    )
    strength = (0.4, 0.62, 0.88, 0.9)[min(len(quotes) + demeaning, 4) - 1] * (0.5 if fond else 1.0)
    return [Finding(KEY, round(strength, 3), quotes[min(quotes)], "It uses harsh words about people.")]


def _aim(text: str, each: Sign) -> float:
    """How much of a sign's strength stays, by what stands before it: reported, denied, of oneself, of a thing."""
    match = each.pattern.search(text)
    if match is None:
        return 1.0
    before = text[max(0, match.start() - 70) : match.start()]
    if _OWN.search(before) or _THING.search(before):
        return 0.35
    if _THE_WORD.search(before) or _DENIED.search(text[max(0, match.start() - 25) : match.end()]):
        return 0.5
    return 0.5 if _FOND.search(text) else 1.0


def _accusation(scene: Scene) -> list[Finding]:
    """A person accused of something that defames her if it is false: only the director can weigh that."""
    reading = scene.text
    quote = reading.first(_ACCUSED)
    asks = reading.first(_ASK_ABOUT)
    named = _NAME.search(scene.comment.text) is not None or reading.has(_OFFICE)
    if named and (quote or asks):
        why = "It accuses a person of wrongdoing, which would defame her or him if it is not true."
        return [Finding(KEY, 0.6 if quote and asks else 0.5, quote or asks, why)]
    return []
