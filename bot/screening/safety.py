"""Someone may be harmed, a patron's records are told, or a lawyer is named: the director sees it whatever else is so.

Not a guideline of its own: urgent findings cite none; records and legal threats are filed under abuse (LABELLING).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.screening.finding import Finding
from bot.screening.signs import findings, seen, sign, together, words

if TYPE_CHECKING:
    from bot.screening.scene import Scene

_CHILD = (
    r"(?:son|daughter|kids?|child|children|baby|babies|toddler|twins|grand(?:son|daughter|baby|kids?|child)|niece|nephew"
    r"|little (?:girl|boy|one|ones|brother|sister)|girls?|boys?|brother|sister|hij[oa]s?|nin[oa]s?|niet[oa]s?|bebe|herman[oa])"
)
_ELDER = r"(?:grandpa|grandma|granddad|mother|father|dad|daddy|mom|mama|papa|husband|wife|abuel[oa]|neighbor|uncle|aunt)"
_SELF = "The writer may be in danger of harming herself or himself."
_THREAT = "It may threaten somebody with violence."
_MISSING = "Somebody may be missing or alone and in need of help."
_CHILD_RISK = "A child or another person may be at risk from somebody."
_EMERGENCY = "It may describe an emergency that is happening now."

_URGENT = (
    sign(
        0.75, _SELF,
        r"(?:kill|hurt|hang|cut|shoot|off) (?:myself|my self)", r"unaliv\w*", r"kms", r"suicidal|commit suicide",
        r"(?:want|wanna|wanted|going|ready|rather) (?:to )?(?:die|be dead|end (?:it|this|my life)|not be (?:here|alive))",
        r"(?:don'?t|do not|didn'?t|dont) (?:want|wanna|plan|expect|think i'?ll)(?: to)? (?:be (?:here|alive|around)|live|wake up|exist)(?: anymore| any more| when| much| for| tomorrow)?",
        r"(?:nobody|no one|noone|nadie|who) (?:would|will|'d|even|me)? ?(?:even )?(?:notice|miss me|care if i|extran\w+|notaria)",
        r"(?:better off without me|no reason to (?:live|go on|stay|keep)|nothing left (?:to|for)|tired of (?:living|being alive|it all)|can'?t (?:do|take) (?:this|it) (?:anymore|any more)"
        r"|(?:see|what'?s|is) (?:the |much |any )?(?:point|use|reason) (?:in|of|to) (?:living|going on|anything|the next|come back|much|getting (?:warm|up))|worth getting up"
        r"|(?:my|last) (?:affairs|papers|goodbyes?) (?:are )?in order|put (?:all )?my affairs|affairs in order|gave (?:my|the) (?:dog|cat|dogs|cats|guns?)|the (?:cat|dog) has a home"
        r"|(?:my|the|this) (?:is my )?last (?:post|poem|night|day|visit|time here|goodbye)|won'?t be (?:around|here) (?:for|when|after|much|anymore|long)|goodbye (?:everyone|and god|all)|bye everyone"
        r"|took (?:all|the whole bottle|every pill|too many)|(?:saved|saving)(?: [a-z]+){0,2} (?:up|pills)|called 988|tried 988|out on the ice|on the (?:bridge|ledge|railing|roof) (?:now|tonight)|picked the beam"
        r"|dont look for me|don'?t look for me|be with (?:him|her) soon|till i'?m with (?:him|her)|next in line|wish i (?:was|were) dead|if i (?:wasn'?t|weren'?t|wasnt) here|if i (?:disappeared|died|was gone))",
        r"(?:(?:me )?quiero morir(?:me)?|matarme|quitarme la vida|ya no (?:quiero vivir|puedo mas|aguanto)|no (?:vale la pena|quiero) (?:vivir|seguir)|sin mi estarian|despedirme de todos)",
    ),
    sign(
        0.75, _THREAT,
        r"(?:i'?ll|i will|i'?m (?:gonna|going to|about to)|i'?d|im gonna|gonna|imma|somebody'?s gonna|going to|we'?ll|someone (?:should|ought to)|somebody (?:should|ought to|needs to|is going to)|voy a|les voy a|te voy a|vamos a)"
        r"(?: [a-z']+){0,4}? (?:kill|shoot|stab|burn (?:it|that|this|them|you|him|her|the (?:place|building|library))|blow (?:up|it|that|this|the place)|bomb|torch|beat|hurt|break (?:your|his|her|their)|punch|smash (?:your|his|her)|strangle|hang (?:him|her|them|you)|knock (?:your|his|her)|light (?:it|that|this|up|the)|run (?:him|her|them|you) (?:over|down)|slash|teach (?:him|her|them|you) a lesson|matar|quemar|romper|partir|golpear|balear)",
        r"(?:bring(?:ing)?|got|have|carry(?:ing)?|load(?:ing|ed)?|with|llevo|llevar)(?: [a-z']+){0,2}? (?:my |a |the |mi |una )(?:gun|rifle|pistol|shotgun|glock|bat|knife|machete|tire iron|gas can|matches|ar|\.?45|9 ?mm|pistola|cuchillo)",
        r"(?:my|the) \.?(?:45|38|22)\b", r"bomb(?:s|ed|ing)?(?: threat)?(?: [a-z]+){0,3} (?:library|building|place|school)", r"shoot (?:up|the place|somebody)|shot out|taken out back|blow(?:n|ing)?(?: [a-z']+){0,3} (?:up|sky high)",
        r"(?:know|knows|learned|found out|se) (?:where|what|which|donde|que)(?: [a-z']+){0,4}? (?:live|lives|park|parks|sleep|sleeps|drive|drives|car|truck|house|vive|vives|carro)",
        r"(?:watch|better watch) (?:your|her|his|their|ur) (?:back|head|step|self)|look(?:ing)? (?:behind|over) (?:her|his|your|their)|be a (?:real )?shame if (?:it|something|somebody|someone)|sleep well|tick tock|nothing to lose|leav(?:e|ing) in an ambulance|be (?:on|in) the (?:news|papers?)|find out (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|what happens)|learns? (?:what it costs|when i|to answer)",
        r"(?:she|he|they|i'?ll|we'?ll|you'?ll) (?:get|gets|got|come|comes|walk|walks|leave|leaves|be)(?: [a-z']+){0,3} (?:off|out|alone|waiting|there)(?: [a-z']+){0,2} (?:at \d|by (?:the|his|her|your)|with (?:what|my|a)|alone)",
        r"wait(?:ing|s)?(?: [a-z]+){0,2} (?:for (?:you|her|him|them|one of)|by (?:his|her|your|the) (?:truck|car|door)|in the (?:lot|parking lot|dark))", r"walks (?:out )?alone", r"a que hora sale", r"nom[aá]s digo|avisad[oa]s",
    ),
    sign(
        0.72, _MISSING,
        rf"(?:lost|lost sight of|can'?t find|cant find|cannot find|looking for|missing|have you seen|anyone seen|anybody seen|seen)(?: my| our| a| the| his| her)(?: [a-z0-9']+){{0,3}}? {_CHILD}",
        rf"(?:my|our|the|a) (?:[a-z0-9]+ ){{0,3}}?(?:{_CHILD}|{_ELDER})(?: [a-z0-9,']+){{0,8}}? (?:missing|never came home|hasn'?t come|didn'?t come home|isn'?t answering|gone since|walked off|wandered off|wandered|disappeared|went missing|ran away|has dementia|isnt anywhere|is not anywhere)",
        rf"(?:is|are) (?:my|our) {_CHILD} (?:there|still there|with you|inside)", rf"se (?:me |nos )?perdio(?: mi| un| una| el| la)? {_CHILD}|no (?:encuentro|lo encuentro|la encuentro|encontramos)(?: a)? (?:mi )?(?:{_CHILD})?|{_CHILD} se (?:me )?perdio en|extraviad[oa]",
        rf"{_CHILD}(?: [a-z0-9,']+){{0,6}}? (?:alone|by (?:himself|herself|itself)|no (?:coat|shoes|grown-?up|parents?|mama|adult)|wandering|locked (?:in|out)|sol[oa] afuera)", r"amber alert", r"dementia|alzheimer'?s|the old timers",
    ),
    sign(
        0.72, _CHILD_RISK,
        rf"(?:man|guy|fella|creep|someone|somebody|stranger|he|hombre|senor|tipo|dude)(?: [a-z0-9',]+){{0,12}}? (?:film(?:s|ed|ing)?|photograph(?:s|ed|ing)|pictures of|follow(?:s|ed|ing)?|touch(?:es|ed|ing)?|grab(?:s|bed|bing)?|watch(?:es|ing)?|star(?:es|ing)|ask(?:s|ed|ing)|toca|siguio|sigue|invita|grabando)(?: [a-z0-9',]+){{0,5}}? {_CHILD}",
        r"(?:my|her|his) (?:ex|stepdad|step ?father|stepfather|ex[- ]husband|ex[- ]wife|ex[- ]boyfriend)(?: [a-z0-9',]+){0,14}? (?:kids?|daughter|son|girl|boy|twins|allowed|order|custody|court|find|found|pick|waits?|shows?|hits?|beat)",
        r"restraining order|protective order|no[- ]contact order|court order|custody (?:order|papers)|orden de (?:restriccion|alejamiento|proteccion)|(?:kids'? )?(?:mom|dad|father|mother|papa) (?:isn'?t|is not|isnt|no debe) (?:allowed|saber)|not allowed (?:near|to (?:have|pick|take|see))",
        r"(?:he|she|dad|stepdad|husband|boyfriend|my son|my ex|el|mi esposo)(?: [a-z0-9',]+){0,4}? (?:hits?|beats?|beat me|broke my|breaks|chok(?:es|ed)|burned me|hurts? me|hurt (?:him|her)|locks? me|checks? my (?:phone|miles)|found (?:my|me|us)|me pega|me quebro|me revisa|me golpe\w+)",
        r"(?:bruises|black eye|burn on (?:his|her)|marks on|cuts on|long sleeves in|w(?:ith)? the belt|welts|moretones)", r"(?:followed|following|follows) (?:us|my car|her|them|two|a little|the bookmobile)|followed me (?:home|to my)",
        r"(?:their|our) (?:little )?secret", r"(?:won'?t|can'?t|afraid to|scared to|says he can'?t) (?:let me out|go home|leave the house)|haven'?t been let out", r"(?:kid|boy|girl|child|lady|family|baby|woman)(?: [a-z0-9',]+){0,4}? (?:sleeping|living|sleeps) (?:in|behind|under|out)", r"quiten esta foto|take (?:it|this|that|the photo) down[^.!?]{0,30} (?:ex|order|find us)",
    ),
    sign(
        0.75, _EMERGENCY,
        r"not (?:breathing|waking|responding|moving)|won'?t wake(?: up)?|isn'?t (?:breathing|waking|moving)|no (?:responde|respira|despierta)|unconscious|passed out|collapsed|overdos\w+|o\.?d\.?ing|epi-?pen|narcan|seizure|having a heart attack|can'?t breathe|cant breathe|turning blue|is blue|(?:is|are|am) bleeding",
        r"(?:call|called|calling|marquen al|llamen al?) (?:911|9-1-1|an ambulance|ambulance|police|the police|the cops|sheriff)", r"smells? (?:like |of )?(?:natural )?gas|gas leak|huele a gas|carbon monoxide", r"(?:there'?s a|is a|caught|on) fire (?:in|by|at|behind|near|right)|smoke (?:in|coming|from)", r"(?:baby|child|kid|dog|toddler)(?: [a-z0-9']+){0,3} (?:locked )?in (?:a|the) (?:hot )?(?:car|truck|van)",
        r"insulin went|out of insulin|oxygen (?:tank|ran)|out of (?:my )?(?:heart )?meds", r"(?:man|woman|lady|guy|kid|senor|senora|somebody|someone)(?: [a-z']+){0,4} (?:down|tirad[oa]|lying|laying|slumped)(?: [a-z']+){0,2} (?:in|on|by|outside|afuera|by)", r"(?:ayuda|auxilio|help)(?: me)?(?: please| por ?favor)?[!]{1,9}", r"let us in",
    ),
)  # fmt: skip
# Hints that say little alone and something together; a comment needs several of one kind.
_HINTS = (
    sign(0.3, _SELF, r"(?:won'?t|not (?:planning|going) to|don'?t (?:plan|think i'?ll)) be (?:here|around|there)", r"no voy a estar|ya no voy a estar"),
    sign(0.3, _SELF, r"not joking|for real|i mean it|en serio"),
    sign(0.3, _SELF, r"pills?|pastillas|rope|bullet|overpass|bridge|jump(?:ing)? off|razor|trigger|barn beam"),
    sign(0.3, _SELF, r"good-?bye|farewell|god keep you|adios a todos|bye all|so long everyone"),
    sign(0.3, _SELF, r"(?:you|u|y'?all|they|she|lady|guys)(?: all| guys)? (?:were|was|have been|been)(?: always)?(?: so)? (?:nice|kind|good) to me|thanks? for being (?:kind|nice)|being (?:so )?(?:nice|kind)|only (?:friends?|ones?) (?:i|who)"),
    sign(0.3, _SELF, r"(?:i'?m|im|i am) (?:done|tired|so tired)|had (?:about )?enough|can'?t sleep|can'?t (?:do|take)|cansad[oa] de"),
    sign(0.3, _SELF, r"(?:give|have|take) my (?:spot|chair|place|things|dog|cat|pegs|books)"),
    sign(0.3, _SELF, r"last (?:one|time|thing|night|nite|chapter)|after (?:that|this|tonight|thursday|friday)|one last|por ultima vez|schluss"),
    sign(0.3, _SELF, r"(?:nobody|no one|nadie)(?: [a-z']+){0,2} (?:cares?|notices?|knows?|miss\w*|would|said|asked|reads?)|doesn'?t matter|it'?d matter|whatever|no importa"),
    sign(0.3, _SELF, r"don'?t want(?: to)? (?:brought|wake|live|go on|be)|no (?:quiero|aguanto|puedo) (?:mas|seguir|vivir)|nicht mehr|khong muon song"),
    sign(0.3, _SELF, r"only thing (?:keeping|that keeps)|keep(?:s|ing)? me (?:going|alive|from)|reason i'?m still"),
    sign(0.3, _SELF, r"gone since|since (?:he|she) (?:died|passed|went|left)|lost my (?:wife|husband|job|farm|house)|lose the farm"),
    sign(0.35, _THREAT, r"gun|guns|rifle|pistol|shotgun|glock|bat|knife|machete|tire iron|crowbar|ammo|rounds|bullets?|glove box|gasoline|lighter"),
    sign(0.35, _THREAT, r"(?:gonna|going to|will|'ll|he'?ll|she'?ll|they'?ll|you'?ll|are) (?:all )?(?:find out|learn|wish|regret|be sorry|pay|see what|know (?:my|why))|see how (?:they|you|she|he)|have it coming|pay for (?:this|it|what)"),
    sign(0.35, _THREAT, r"(?:better|should|might want to) (?:wear|watch|be careful|hope|pray|start looking|run|hide)"),
    sign(0.35, _THREAT, r"stretcher|ambulance|hospital|body bag|funeral|morgue|vest|coffin"),
    sign(0.35, _THREAT, r"(?:know|got|have|seen|remember|learned) (?:which|what|where|her|his|your|ur|their|u) ?(?:door|time|car|truck|plate|street|schedule|house|address|route|she|he|they|name|faces?|ur)?"),
    sign(0.35, _THREAT, r"(?:she|he|they|who) (?:parks|drives|walks|leaves|gets off|comes out|locks up|smokes)"),
    sign(0.35, _THREAT, r"(?:see|c) (?:you|u|ya|them|her|him)(?: all)? (?:at|on|in|there|then|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tonight|tomorrow|real soon|outside)|i'?ll be (?:there|waiting|by|at|outside)|we'?ll be (?:there|waiting)|be there and it won'?t"),
    sign(0.35, _THREAT, r"(?:shoot|kill|murder|stab|burn|torch|light up|blow up|beat|hurt|bleed|strangle|matar|quemar)"),
    sign(0.35, _THREAT, r"all in one (?:room|place)|no (?:security|camera|cop|cops|guard)|after (?:dark|closing)|alone|doesn'?t latch|unlocked"),
    sign(0.35, _THREAT, r"don'?t come|dont come|stay (?:home|away)|last warning|warned (?:you|them)|or else|my list|a list|openings real soon|wish (?:u|you) hadn'?t"),
    sign(0.22, _CHILD_RISK, _CHILD, r"my (?:girls?|boys?|kids)|teens?|13|12|11|im 1\d|i'?m 1\d"),
    sign(0.22, _CHILD_RISK, r"man|guy|dude|fella|he'?s (?:been|3\d|4\d|5\d)|grown man|stranger|stepdad|step ?dad|my ex|her dad|her father|his dad|boyfriend|uncle|coach|hombre|senor|padrastro|van|truck"),
    sign(0.3, _CHILD_RISK, r"texts?|texted|texting|snap|secret|gift cards?|wants? pictures|pick(?:ing)? (?:you|her|him|them) up|(?:don'?t|dont|no need to) tell|hand (?:rest|on)|stands behind|sits (?:by|behind|near)|asks? (?:my|her|them|him|every)|my place|his place|follow(?:s|ed)|drinking|drunk|hides|scared|afraid|at night|filming|films|takes pictures|candy|dulces|toca|foto"),
    sign(0.3, _CHILD_RISK, r"moved (?:here )?to get away|looks? for (?:her|us|me|pictures)|found (?:us|me|my)|take (?:this|it) down|the state took|won'?t say what|checks my|in jail|gets out|lets him|let him|don'?t let|do not let|bruis\w+|marks? on|hurts?|hit|hits|belt"),
    sign(0.22, _MISSING, _CHILD, _ELDER, r"\d{1,2} ?(?:yo|y/o|yr|year)s?(?: ?-?old)?|(?:he|she)(?:'s| is) \d{1,2}|age \d{1,2}|(?:daughter|son|kid),? \d{1,2}"),
    sign(0.3, _MISSING, r"where (?:is|are) (?:he|she|they|my)|is (?:she|he|anyone|anybody|somebody) (?:there|with|still|at the desk|in the)|(?:isn'?t|is not|not|isnt) (?:there|answering|home|anywhere)|(?:someone|somebody|anyone|anybody|staff) (?:look|check|see|go look|seen|watch)|please (?:look|check|answer|somebody|help)|seen (?:her|him|a|my)|donde esta"),
    sign(0.3, _MISSING, r"supposed to (?:be|wait|meet)|without (?:him|her)|voicemail|answer(?:s|ing)? (?:the |her |his )?(?:phone|tablet)|(?:pick|picks|picking) up the|by (?:himself|herself)|rode off|loose|no (?:shoes|coat|grownup|adult)|can'?t get (?:there|to)|stuck (?:in|at)|never (?:came|showed|got)|didn'?t get (?:on|off)|walked out|hours? (?:ago|away)|coat|hoodie|jacket|shirt|bike|camisa"),
    sign(0.3, _EMERGENCY, r"oxygen|tank|inhaler|insulin|meds|chest pain|stroke|seizing|throwing up|headaches?|slumped|drool\w*|face looks|hip|blood|burn(?:ed|ing)|smoke|gas|generator|fainted|unresponsive|shaking"),
    sign(0.3, _EMERGENCY, r"911|hurry|right now|anybody there|anyone (?:there|looking|inside)|somebody (?:see|come|help)|please (?:help|hurry|see)|help us|urgent|emergency|ahora mismo|ayuda"),
    sign(0.3, _EMERGENCY, r"stuck in|can'?t get (?:up|out|down)|won'?t (?:open|wake|get up)|locked in|trapped|water (?:is|in)|flood\w*|windows up|sirens|phone at \d|no power|power'?s out|lights (?:been )?off|fell|slid|collapsed"),
)
_WEAPON_SIGN = re.compile("[\N{PISTOL}\N{HOCHO}\N{BOMB}\N{COFFIN}]")
# What takes the edge off: games, books, jokes, weather, idioms.
_FIGURATIVE = words(
    r"lol", r"lmao+", r"haha\w*", r"jaja\w*", r"jk", r"game", r"mario ?kart", r"the (?:book|movie|series|novel|plot|ending|author|character)", r"chapter", r"book (?:two|three|four|five|\d)",
    r"with kindness", r"with (?:my|your) eyes", r"of laughter", r"laughing", r"my (?:boss|wife|husband|mom|mother|knees|feet|back|wallet)(?: is| are)? (?:gonna|going to|will) kill", r"to die for", r"die on this hill", r"cliffhanger",
    r"this (?:series|book|heat|song|movie|show|level)", r"bury me", r"deceased", r"dead", r"metaphor\w*", r"rematch", r"trivia", r"karaoke", r"tbr", r"thriller", r"mystery", r"novela", r"libro",
)  # fmt: skip
_PAST = words(r"years ago", r"back in (?:19|20)?\d\d", r"in (?:19|20)\d\d", r"when i was", r"last year", r"passed away", r"turned out", r"all (?:good|fine|ok) now", r"found (?:him|her|them)", r"hace anos", r"de nino", r"ya (?:lo|la) encontr\w+")

_RECORDS = sign(
    0.58,
    "It tells what a named person borrows, owes or asks, which the library keeps confidential.",
    r"(?:saw|seen|noticed|overheard|vi a|behind|next to|ahead of me|in line)(?: [a-z0-9.',]+){0,10}? (?:check(?:ed|ing)? out|books? (?:on|about|called)|walk out|with (?:the|a) (?:one|book|stack)|borrow\w*|return\w*|hold shelf|sacando|libros de|bankruptcy|divorce|looking up|printing)",
    r"(?:has|had|have|got|owes?|owed|owing|checked out|checks out|borrow(?:s|ed)|renewed|requested|keeps|read(?:s|ing)?|debe)(?: [a-z0-9.$',]+){0,6}? (?:in fines|overdue|library fines|books? (?:on|about) (?:divorce|bankruptcy|cancer|drink\w*|depress\w*|addict\w*|pregnan\w*|abortion|hiv|aids|rehab|affairs?|gambling)|en multas|libros de divorcio)",
    r"(?:divorce|bankruptcy|rehab|std|hiv|pregnancy|abortion|gay|transgender|depression|anger|custody|job hunting) books?",
    r"(?:what|which books?|how many|cuantos libros)(?: [a-z']+){0,2} (?:did|does|has|is|was|saca|tiene) (?:my|[a-z]+) (?:[a-z]+ )?(?:checked? out|borrow\w*|read(?:ing)?|have out)",
    r"(?:the clerk|the (?:lady|girl|volunteer) at the (?:desk|counter)|they) (?:told|read)(?: [a-z]+){0,3} (?:so|out|it all|me)(?: [a-z]+){0,4} (?:in front of|owes|out loud|fines)",
)  # fmt: skip
_LEGAL = sign(
    0.62,
    "It announces legal steps, which only the director can answer.",
    r"(?:my|our|his|her) (?:lawyer|attorney|abogad[oa]|legal team|solicitor)", r"(?:hear|hearing) from (?:my|our|his|a|an|the) (?:lawyer|attorney|legal)", r"legal action|lawsuit|(?:i'?ll|we'?ll|i will|going to|gonna) sue|su(?:e|ing) (?:you|the library|y'?all)|see you in court|tort claim|notice of claim|small claims|(?:an?|the) ada (?:complaint|violation|lawsuit)|ada problem|civil rights complaint|complaint form from|los voy a demandar|voy a demandar|mi abogad[oa]|first amendment (?:audit|violation|lawsuit)|foia|public records request|1983 (?:claim|suit)",
)  # fmt: skip
_QUESTION_OF_LAW = words(r"law library", r"legal aid", r"books? (?:on|about)", r"tax help", r"do you (?:have|know)", r"is there a form", r"my lawyer friend")


_FLOOR = 0.5


def find_urgent(scene: Scene) -> list[Finding]:
    """Where someone may be harmed. Jokes, games and memories are weighed; what remains in doubt is seen by a person."""
    reading = scene.text
    softened = 0.4 if reading.has(_FIGURATIVE) else 0.6 if reading.has(_PAST) else 1.0
    found = [
        Finding(None, round(each.strength * softened, 3), quote, each.why, urgent=True)
        for each, quote, quoted in seen(reading, _URGENT)
        if not quoted
    ]
    if weapon := reading.first(_WEAPON_SIGN):
        found.append(Finding(None, 0.6 * softened, weapon, _THREAT, urgent=True))
    hints: dict[str, list[tuple[float, str]]] = {}
    for each, quote, quoted in seen(reading, _HINTS):
        if not quoted:
            hints.setdefault(each.why, []).append((each.strength, quote))
    for why, shown in hints.items():
        strength = together(s for s, _ in shown) * softened
        found.append(Finding(None, round(strength, 3), max(shown)[1], why, urgent=True))
    return [finding for finding in found if finding.strength >= _FLOOR]


def find_confidential(scene: Scene) -> list[Finding]:
    """Patron records told, and legal threats."""
    signs = [_RECORDS] if scene.text.has(_QUESTION_OF_LAW) else [_RECORDS, _LEGAL]
    return findings("abuse", scene.text, signs)


