"""Someone may be harmed: the writer, somebody threatened, a child, somebody missing, somebody in need of help.

A comment says so plainly, or several hints of one kind say it together. Jokes, games and memories weigh less.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.screening.finding import Finding
from bot.screening.signs import seen, sign, together, words

if TYPE_CHECKING:
    from bot.screening.scene import Scene

_CHILD = (
    r"(?:son|daughter|kids?|child|children|baby|babies|toddler|twins|grand(?:son|daughter|baby|"
    r"kids?|child)|niece|nephew"
    r"|little (?:girl|boy|one|ones|brother|sister)|girls?|boys?|brother|sister|hij[oa]s?|"
    r"nin[oa]s?|niet[oa]s?|bebe|herman[oa])"
)
_ELDER = (
    r"(?:grandpa|grandma|granddad|mother|father|dad|daddy|mom|mama|papa|husband|wife|abuel[oa]|neighbor|uncle|aunt)"
)
_SELF = "The writer may be in danger of harming herself or himself."
_THREAT = "It may threaten somebody with violence."
_MISSING = "Somebody may be missing or alone and in need of help."
_CHILD_RISK = "A child or another person may be at risk from somebody."
_EMERGENCY = "It may describe an emergency that is happening now."

_URGENT = (
    sign(
        0.75,
        _SELF,
        r"(?:kill|hurt|hang|cut|shoot|off) (?:myself|my self)|unaliv\w*|kms|suicidal|commit suicide",
        r"(?:want|wanna|wanted|going|ready|rather) (?:to )?(?:die|be dead|end (?:it|this|my life)|"
        r"not be (?:here|alive))",
        r"(?:don'?t|do not|didn'?t|dont) (?:want|wanna|plan|expect|think i'?ll)(?: to)? (?:be (?:here|"
        r"alive|around)|live|wake up|exist)(?: anymore| any more| when| much| for| tomorrow)?",
        r"(?:nobody|no one|noone|nadie|who) (?:would|will|'d|even|me)? ?(?:even )?(?:notice|miss me|"
        r"care if i|extran\w+|notaria)",
        r"(?:better off without me|no reason to (?:live|go on|stay|keep)|nothing left (?:to|for)|"
        r"tired of (?:living|being alive|it all)|can'?t (?:do|take) (?:this|it) (?:anymore|any more)"
        r"|(?:see|what'?s|is) (?:the |much |any )?(?:point|use|reason) (?:in|of|to) (?:living|"
        r"going on|anything|the next|come back|much|getting (?:warm|up))|worth getting up"
        r"|(?:my|last) (?:affairs|papers|goodbyes?) (?:are )?in order|put (?:all )?my affairs|"
        r"affairs in order|gave (?:my|the) (?:dog|cat|dogs|cats|guns?)|the (?:cat|dog) has a home"
        r"|(?:my|the|this) (?:is my )?last (?:post|poem|night|day|visit|time here|goodbye)|"
        r"won'?t be (?:around|here) (?:for|when|after|much|anymore|long)|goodbye (?:everyone|and god|"
        r"all)|bye everyone"
        r"|took (?:all|the whole bottle|every pill|too many)|(?:saved|saving)(?: [a-z]+){0,2} (?:up|"
        r"pills)|called 988|tried 988|out on the ice|on the (?:bridge|ledge|railing|roof) (?:now|"
        r"tonight)|picked the beam"
        r"|dont look for me|don'?t look for me|be with (?:him|her) soon|till i'?m with (?:him|her)|"
        r"next in line|wish i (?:was|were) dead|if i (?:wasn'?t|weren'?t|wasnt) here|"
        r"if i (?:disappeared|died|was gone))",
        r"(?:(?:me )?quiero morir(?:me)?|matarme|quitarme la vida|ya no (?:quiero vivir|puedo mas|"
        r"aguanto)|no (?:vale la pena|quiero) (?:vivir|seguir)|sin mi estarian|despedirme de todos)",
    ),
    sign(
        0.75,
        _THREAT,
        r"(?:i'?ll|i will|i'?m (?:gonna|going to|about to)|i'?d|im gonna|gonna|imma|somebody'?s gonna|"
        r"going to|we'?ll|someone (?:should|ought to)|somebody (?:should|ought to|needs to|"
        r"is going to)|voy a|les voy a|te voy a|vamos a)"
        r"(?: [a-z']+){0,4}? (?:kill|shoot|stab|burn (?:it|that|this|them|you|him|her|the (?:place|"
        r"building|library))|blow (?:up|it|that|this|the place)|bomb|torch|beat|hurt|break (?:your|"
        r"his|her|their)|punch|smash (?:your|his|her)|strangle|hang (?:him|her|them|you)|"
        r"knock (?:your|his|her)|light (?:it|that|this|up|the)|run (?:him|her|them|you) (?:over|down)|"
        r"slash|set (?:it|that|this|the)(?: [a-z]+)? on fire|put (?:his|her|your|their) head through|"
        r"throw (?:him|her|them|you) off|teach (?:him|her|them|you) a lesson|matar|quemar|romper|"
        r"partir|golpear|balear)",
        r"(?:bring(?:ing)?|got|have|carry(?:ing)?|load(?:ing|ed)?|with|llevo|"
        r"llevar)(?: [a-z']+){0,2}? (?:my |a |the |mi |una )(?:gun|rifle|pistol|shotgun|glock|bat|"
        r"knife|machete|tire iron|gas can|matches|ar|\.?45|9 ?mm|pistola|cuchillo)",
        r"(?:my|the) \.?(?:45|38|22)\b",
        r"bomb(?:s|ed|ing)?(?: threat)?(?: [a-z]+){0,3} (?:library|building|place|school)",
        r"shoot (?:up|the place|somebody)|shot out|taken out back|blow(?:n|"
        r"ing)?(?: [a-z']+){0,3} (?:up|sky high)",
        r"(?:know|knows|learned|found out|se) (?:where|what|which|donde|"
        r"que)(?: [a-z']+){0,4}? (?:live|lives|park|parks|sleep|sleeps|drive|drives|car|truck|house|"
        r"vive|vives|carro)",
        r"(?:watch|better watch) (?:your|her|his|their|ur) (?:back|head|step|self)|"
        r"look(?:ing)? (?:behind|over) (?:her|his|your|their)|be a (?:real )?shame if (?:it|something|"
        r"somebody|someone)|sleep well|tick tock|nothing to lose|leaves? (?:here |there )?alive|"
        r"sleep light|soft targets?|home addresses|leav(?:e|ing) in an ambulance|be (?:on|"
        r"in) the (?:news|papers?)|find out (?:monday|tuesday|wednesday|thursday|friday|saturday|"
        r"sunday|what happens)|learns? (?:what it costs|when i|to answer)",
        r"(?:she|he|they|i'?ll|we'?ll|you'?ll) (?:get|gets|got|come|comes|walk|walks|leave|leaves|"
        r"be)(?: [a-z']+){0,3} (?:off|out|alone|waiting|there)(?: [a-z']+){0,2} (?:at \d|by (?:the|"
        r"his|her|your)|with (?:what|my|a)|alone)",
        r"wait(?:ing|s)?(?: [a-z]+){0,2} (?:for (?:you|her|him|them|one of)|by (?:his|her|your|"
        r"the) (?:truck|car|door)|in the (?:lot|parking lot|dark))",
        r"walks (?:out )?alone|a que hora sale|nom[aá]s digo|avisad[oa]s",
    ),
    sign(
        0.72,
        _MISSING,
        r"(?:lost|lost sight of|can'?t find|cant find|cannot find|looking for|missing|have you seen|"
        rf"anyone seen|anybody seen|seen)(?: my| our| a| the| his| her)(?: [a-z0-9']+){{0,3}}? {_CHILD}",
        rf"(?:my|our|the|a) (?:[a-z0-9]+ ){{0,3}}?(?:{_CHILD}|"
        rf"{_ELDER})(?: [a-z0-9,']+){{0,8}}? (?:missing|never came home|hasn'?t come|didn'?t come home|"
        r"isn'?t answering|gone since|walked off|wandered off|wandered|disappeared|went missing|"
        r"ran away|has dementia|isnt anywhere|is not anywhere)",
        rf"(?:is|are) (?:my|our) {_CHILD} (?:there|still there|with you|inside)",
        rf"se (?:me |nos )?perdio(?: mi| un| una| el| la)? {_CHILD}|no (?:encuentro|lo encuentro|"
        rf"la encuentro|encontramos)(?: a)? (?:mi )?(?:{_CHILD})?|{_CHILD} se (?:me )?perdio en|"
        r"extraviad[oa]",
        rf"{_CHILD}(?: [a-z0-9,']+){{0,6}}? (?:alone|by (?:himself|herself|itself)|no (?:coat|shoes|"
        r"grown-?up|parents?|mama|adult)|wandering|locked (?:in|out)|sol[oa] afuera)",
        r"amber alert|dementia|alzheimer'?s|the old timers",
    ),
    sign(
        0.72,
        _CHILD_RISK,
        r"(?:man|guy|fella|creep|someone|somebody|stranger|he|hombre|senor|tipo|"
        r"dude)(?: [a-z0-9',]+){0,12}? (?:film(?:s|ed|ing)?|photograph(?:s|ed|ing)|pictures of|"
        r"follow(?:s|ed|ing)?|touch(?:es|ed|ing)?|grab(?:s|bed|bing)?|watch(?:es|ing)?|star(?:es|ing)|"
        rf"ask(?:s|ed|ing)|toca|siguio|sigue|invita|grabando)(?: [a-z0-9',]+){{0,5}}? {_CHILD}",
        r"(?:my|her|his) (?:ex|stepdad|step ?father|stepfather|ex[- ]husband|ex[- ]wife|"
        r"ex[- ]boyfriend)(?: [a-z0-9',]+){0,14}? (?:kids?|daughter|son|girl|boy|twins|allowed|order|"
        r"custody|court|find|found|pick|waits?|shows?|hits?|beat)",
        r"restraining order|protecti(?:ve|on) order|no[- ]contact order|court order|custody (?:order|"
        r"papers)|orden de (?:restriccion|alejamiento|proteccion)|(?:kids'? )?(?:mom|dad|father|"
        r"mother|papa) (?:isn'?t|is not|isnt|no debe) (?:allowed|saber)|not allowed (?:near|"
        r"to (?:have|pick|take|see))",
        r"(?:he|she|dad|stepdad|husband|boyfriend|my son|my ex|el|"
        r"mi esposo)(?: [a-z0-9',]+){0,4}? (?:hits? (?:me|us|her|him|my)|beats? (?:me|us|her|him|my)|"
        r"put(?:s)? me through|broke my|breaks|chok(?:es|ed)|burned me|hurts? me|hurt (?:him|her)|"
        r"locks? me|checks? my (?:phone|miles)|found (?:my|me|us)|me pega|me quebro|me revisa|"
        r"me golpe\w+)",
        r"(?:bruises|black eye|burn on (?:his|her)|marks on|cuts on|long sleeves in|"
        r"w(?:ith)? the belt|welts|moretones)",
        r"(?:followed|following|follows) (?:us|my car|her|them|two|a little|the bookmobile)|"
        r"followed me (?:home|to my)",
        r"(?:their|our) (?:little )?secret",
        r"(?:won'?t|can'?t|afraid to|scared to|says he can'?t) (?:let me out|go home|leave the house)|"
        r"haven'?t been let out",
        r"(?:kid|boy|girl|child|lady|family|baby|woman)(?: [a-z0-9',]+){0,4}? (?:sleeping|living|"
        r"sleeps) (?:in|behind|under|out)",
        r"quiten esta foto|take (?:it|this|that|the photo) down[^.!?]{0,30} (?:ex|order|find us)",
    ),
    sign(
        0.75,
        _EMERGENCY,
        r"not (?:breathing|waking|responding|moving)|won'?t wake(?: up)?|isn'?t (?:breathing|waking|"
        r"moving)|no (?:responde|respira|despierta)|unconscious|passed out|collapsed|overdos\w+|"
        r"o\.?d\.?ing|epi-?pen|narcan|seizure|having a heart attack|can'?t breathe|cant breathe|"
        r"turning blue|is blue|(?:is|are|am) bleeding",
        r"(?:call|called|calling|marquen al|llamen al?) (?:911|9-1-1|an ambulance|ambulance|police|"
        r"the police|the cops|sheriff)",
        r"smells? (?:like |of )?(?:natural )?gas|gas leak|huele a gas|carbon monoxide",
        r"(?:there'?s a|is a|caught|on) fire (?:in|by|at|behind|near|right)|smoke (?:in|coming|from)",
        r"(?:baby|child|kid|dog|toddler)(?: [a-z0-9']+){0,3} (?:locked )?in (?:a|the) (?:hot )?(?:car|"
        r"truck|van)",
        r"insulin went|out of insulin|oxygen (?:tank|ran)|out of (?:my )?(?:heart )?meds",
        r"(?:man|woman|lady|guy|kid|senor|senora|somebody|someone)(?: [a-z']+){0,4} (?:down|tirad[oa]|"
        r"lying|laying|slumped)(?: [a-z']+){0,2} (?:in|on|by|outside|afuera|by)",
        r"(?:ayuda|auxilio|help)(?: me)?(?: please| por ?favor)?[!]{1,9}|let us in",
    ),
)
# Hints that say little alone and something together; a comment needs several of one kind.
_HINTS = (
    sign(
        0.3,
        _SELF,
        r"(?:won'?t|not (?:planning|going) to|don'?t (?:plan|think i'?ll)) be (?:here|around|there)",
        r"no voy a estar|ya no voy a estar",
    ),
    sign(0.3, _SELF, r"not joking|for real|i mean it|en serio"),
    sign(0.3, _SELF, r"pills?|pastillas|rope|bullet|overpass|bridge|jump(?:ing)? off|razor|trigger|barn beam"),
    sign(0.3, _SELF, r"good-?bye|farewell|god keep you|adios a todos|bye all|so long everyone"),
    sign(
        0.3,
        _SELF,
        r"(?:you|u|y'?all|they|she|lady|guys)(?: all| guys)? (?:were|was|have been|"
        r"been)(?: always)?(?: so)? (?:nice|kind|good) to me|thanks? for being (?:kind|nice)|"
        r"being (?:so )?(?:nice|kind)|only (?:friends?|ones?) (?:i|who)",
    ),
    sign(
        0.3,
        _SELF,
        r"(?:i'?m|im|i am) (?:done|tired|so tired)|had (?:about )?enough|can'?t sleep|can'?t (?:do|"
        r"take)|cansad[oa] de",
    ),
    sign(0.3, _SELF, r"(?:give|have|take) my (?:spot|chair|place|things|dog|cat|pegs|books)"),
    sign(
        0.3,
        _SELF,
        r"last (?:one|time|thing|night|nite|chapter)|after (?:that|this|tonight|thursday|friday)|"
        r"one last|por ultima vez|schluss",
    ),
    sign(
        0.3,
        _SELF,
        r"(?:nobody|no one|nadie)(?: [a-z']+){0,2} (?:cares?|notices?|knows?|miss\w*|would|said|asked|"
        r"reads?)|doesn'?t matter|it'?d matter|whatever|no importa",
    ),
    sign(
        0.3,
        _SELF,
        r"don'?t want(?: to)? (?:brought|wake|live|go on|be)|no (?:quiero|aguanto|puedo) (?:mas|"
        r"seguir|vivir)|nicht mehr|khong muon song",
    ),
    sign(0.3, _SELF, r"only thing (?:keeping|that keeps)|keep(?:s|ing)? me (?:going|alive|from)|reason i'?m still"),
    sign(
        0.3,
        _SELF,
        r"gone since|since (?:he|she) (?:died|passed|went|left)|lost my (?:wife|husband|job|farm|"
        r"house)|lose the farm",
    ),
    sign(
        0.35,
        _THREAT,
        r"gun|guns|rifle|pistol|shotgun|glock|bat|knife|machete|tire iron|crowbar|ammo|rounds|"
        r"bullets?|glove box|gasoline|lighter",
    ),
    sign(
        0.35,
        _THREAT,
        r"(?:gonna|going to|will|'ll|he'?ll|she'?ll|they'?ll|you'?ll|are) (?:all )?(?:find out|learn|"
        r"wish|regret|be sorry|pay|see what|know (?:my|why))|see how (?:they|you|she|he)|"
        r"have it coming|pay for (?:this|it|what)",
    ),
    sign(0.35, _THREAT, r"(?:better|should|might want to) (?:wear|watch|be careful|hope|pray|start looking|run|hide)"),
    sign(0.35, _THREAT, r"stretcher|ambulance|hospital|body bag|funeral|morgue|vest|coffin"),
    sign(
        0.35,
        _THREAT,
        r"(?:know|got|have|seen|remember|learned) (?:which|what|where|her|his|your|ur|their|"
        r"u) ?(?:door|time|car|truck|plate|street|schedule|house|address|route|she|he|they|name|"
        r"faces?|ur)?",
    ),
    sign(
        0.35,
        _THREAT,
        r"(?:which|what) (?:door|bus|way|time) (?:they|you|she|he)|know (?:the house|where the|"
        r"the way)|gets off at|(?:she|he|they|who) (?:parks|drives|walks|leaves|gets off|comes out|"
        r"locks up|smokes)",
    ),
    sign(
        0.35,
        _THREAT,
        r"(?:see|c) (?:you|u|ya|them|her|him)(?: all)? (?:at|on|in|there|then|monday|tuesday|"
        r"wednesday|thursday|friday|saturday|sunday|tonight|tomorrow|real soon|outside)|"
        r"i'?ll be (?:there|waiting|by|at|outside)|we'?ll be (?:there|waiting)|be there and it won'?t",
    ),
    sign(
        0.35, _THREAT, r"(?:shoot|kill|murder|stab|burn|torch|light up|blow up|beat|hurt|bleed|strangle|matar|quemar)"
    ),
    sign(
        0.35,
        _THREAT,
        r"all in one (?:room|place)|no (?:security|camera|cop|cops|guard)|after (?:dark|closing)|"
        r"alone|doesn'?t latch|unlocked",
    ),
    sign(
        0.35,
        _THREAT,
        r"don'?t come|dont come|stay (?:home|away)|last warning|warned (?:you|them)|or else|my list|"
        r"a list|openings real soon|wish (?:u|you) hadn'?t",
    ),
    sign(0.22, _CHILD_RISK, _CHILD, r"my (?:girls?|boys?|kids)|teens?|13|12|11|im 1\d|i'?m 1\d"),
    sign(
        0.22,
        _CHILD_RISK,
        r"man|guy|dude|fella|he'?s (?:been|3\d|4\d|5\d)|grown man|stranger|stepdad|step ?dad|my ex|"
        r"her dad|her father|his dad|boyfriend|uncle|coach|hombre|senor|padrastro|van|truck",
    ),
    sign(
        0.3,
        _CHILD_RISK,
        r"texts?|texted|texting|snap|secret|gift cards?|wants? pictures|pick(?:ing)? (?:you|her|him|"
        r"them) up|(?:don'?t|dont|no need to) tell|hand (?:rest|on)|stands behind|sits (?:by|behind|"
        r"near)|asks? (?:my|her|them|him|every)|my place|his place|follow(?:s|ed)|drinking|drunk|"
        r"hides|scared|afraid|at night|filming|films|takes pictures|candy|dulces|toca|foto",
    ),
    sign(
        0.3,
        _CHILD_RISK,
        r"moved (?:here )?to get away|looks? for (?:her|us|me|pictures)|found (?:us|me|my)|"
        r"take (?:this|it) down|the state took|won'?t say what|checks my|in jail|gets out|lets him|"
        r"let him|don'?t let|do not let|bruis\w+|marks? on|hurts?|hit|hits|belt",
    ),
    sign(
        0.22,
        _MISSING,
        _CHILD,
        _ELDER,
        r"\d{1,2} ?(?:yo|y/o|yr|year)s?(?: ?-?old)?|(?:he|she)(?:'s| is) \d{1,2}|age \d{1,2}|"
        r"(?:daughter|son|kid),? \d{1,2}",
    ),
    sign(
        0.3,
        _MISSING,
        r"where (?:is|are) (?:he|she|they|my)|is (?:she|he|anyone|anybody|somebody) (?:there|with|"
        r"still|at the desk|in the)|(?:isn'?t|is not|not|isnt) (?:there|answering|home|anywhere)|"
        r"(?:someone|somebody|anyone|anybody|staff) (?:look|check|see|go look|seen|watch)|"
        r"please (?:look|check|answer|somebody|help)|seen (?:her|him|a|my)|donde esta",
    ),
    sign(
        0.3,
        _MISSING,
        r"supposed to (?:be|wait|meet)|without (?:him|her)|voicemail|answer(?:s|ing)? (?:the |her |"
        r"his )?(?:phone|tablet)|(?:pick|picks|picking) up the|by (?:himself|herself)|rode off|loose|"
        r"no (?:shoes|coat|grownup|adult)|can'?t get (?:there|to)|stuck (?:in|at)|never (?:came|"
        r"showed|got)|didn'?t get (?:on|off)|walked out|hours? (?:ago|away)|coat|hoodie|jacket|shirt|"
        r"bike|camisa",
    ),
    sign(
        0.3,
        _EMERGENCY,
        r"oxygen|tank|inhaler|insulin|meds|chest pain|stroke|seizing|throwing up|headaches?|slumped|"
        r"drool\w*|face looks|hip|blood|burn(?:ed|ing)|smoke|gas|generator|fainted|unresponsive|"
        r"shaking",
    ),
    sign(
        0.3,
        _EMERGENCY,
        r"911|hurry|right now|anybody there|anyone (?:there|looking|inside)|somebody (?:see|come|"
        r"help)|please (?:help|hurry|see)|help us|urgent|emergency|ahora mismo|ayuda",
    ),
    sign(
        0.3,
        _EMERGENCY,
        r"stuck in|can'?t get (?:up|out|down)|won'?t (?:open|wake|get up)|locked in|trapped|"
        r"water (?:is|in)|flood\w*|windows up|sirens|phone at \d|no power|power'?s out|"
        r"lights (?:been )?off|fell|slid|collapsed",
    ),
)
_WEAPON_SIGN = re.compile("[\N{PISTOL}\N{HOCHO}\N{BOMB}\N{COFFIN}]")
# What takes the edge off: games, books, jokes, weather, idioms.
_FIGURATIVE = words(
    r"lol|lmao+|haha\w*|jaja\w*|jk|game|mario ?kart",
    r"the (?:book|movie|series|novel|plot|ending|author|character)|chapter|book (?:two|three|four|five|\d)",
    r"with kindness|with (?:my|your) eyes|of laughter|laughing",
    r"my (?:boss|wife|husband|mom|mother|knees|feet|back|wallet)(?: is| are)? (?:gonna|going to|"
    r"will) kill",
    r"to die for|die on this hill|cliffhanger|this (?:series|book|heat|song|movie|show|level)|bury me|deceased",
    r"dead|metaphor\w*|rematch|trivia|karaoke|tbr|thriller|mystery|novela|libro",
)
_PAST = words(
    r"years ago|back in (?:19|20)?\d\d|in (?:19|20)\d\d|when i was|last year|passed away|turned out",
    r"all (?:good|fine|ok) now|found (?:him|her|them)|hace anos|de nino|ya (?:lo|la) encontr\w+",
)

_FLOOR = 0.4
_SOFT = 0.7


def find(scene: Scene) -> list[Finding]:
    """Where someone may be harmed. Jokes, games and memories are weighed; what remains in doubt is seen by a person."""
    reading = scene.text
    softened = _SOFT if reading.has(_FIGURATIVE) or reading.has(_PAST) else 1.0
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
