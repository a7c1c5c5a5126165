"""Lines that no article is about: buttons, forms, notices and credits, told by their wording alone.

Three nets: phrases that make up a whole line, shapes of a whole line with open places, and marks: words that stand in
no sentence of a story, which count in a line that quotes nobody.
"""

import re

from rag.corpus.phrases import ADVERTISING, COMMENTS, HOMES, MARKS, NAVIGATION, NOTICES, SECTIONS, SHARING, core_of

_LONGEST = 1000  # characters: longer lines are text, whatever they hold
_PHRASE_LENGTH = 80
_PHRASES = COMMENTS | NAVIGATION | SHARING | ADVERTISING | NOTICES
_ENTRIES = _PHRASES | SECTIONS | HOMES
_BETWEEN_ENTRIES = re.compile(r" ?[|·•/»›] ?| [–—-] ")
_COUNTED = COMMENTS | SHARING | {"share", "shares", "views", "likes", "partages", "compartidos", "点赞"}
_REPEATED = re.compile(r"\A(.{2,40}?)(?: \1){1,9}\Z")  # "Advertisement Advertisement"
_COUNT = " 0123456789.,()[]"
_WORDS = re.compile(r"[^\W_]+")
_SHARE_VERBS = frozenset(
    "share tweet print email mail teilen drucken partager imprimer compartir imprimir condividi stampa compartilhar"
    " partilhar delen deel afdrukken".split()
)
_NETWORKS = frozenset(
    "facebook twitter x linkedin whatsapp reddit telegram pinterest pocket flipboard threads bluesky mastodon instagram"
    " messenger tumblr xing line wechat weibo kakaotalk youtube tiktok snapchat".split()
)
_SHARE_BAR = (_SHARE_VERBS | _NETWORKS).union(
    "this the it via on with to by or and article story page link post e auf per diesen artikel seite sur par cet"
    " en por esta nota su questo articolo no na este artigo op dit copy save".split()
)

# Shapes are matched with the whole line in lower case. No part of one may be repeated without a limit before another
# such part, so that a hostile line costs no more than its length.
_COMMENT_FORMS = (
    r"(leave|post|write|add) a (reply|comment)\b[^.!?]{0,60}",
    r"you must be logged in to .{0,80}",
    r"\d{1,6} (thoughts?|responses?|replies|comments?) (on|to) .{1,200}",
    r"(please )?(log|sign) in to (post|leave|add|join|reply)\b.{0,60}",
    r"notify me of (follow-up comments|new (comments|posts))\b.{0,40}",
    r"your email address will not be published.*",
    r"(ihre|deine) e-mail-adresse wird nicht veröffentlicht.*",
    r"votre adresse e-?mail ne sera pas publiée.*",
    r"tu dirección de correo electrónico no será publicada.*",
    r"il tuo indirizzo e-?mail non sarà pubblicato.*",
    r"o seu endereço de e-?mail não será publicado.*",
    r"(je|het) e-?mailadres (zal|wordt) niet (worden )?gepubliceerd.*",
    r"(您的(电子)?邮箱地址不会被公开|發佈留言必須填寫的電子郵件地址不會公開).*",
    r"(メールアドレスが公開されることはありません|이메일 주소는 공개되지 않습니다).*",
    r"(required fields are marked|erforderliche felder sind|les champs obligatoires sont).{0,60}",
    r"(los campos obligatorios están|i campi obbligatori sono|campos obrigatórios são).{0,60}",
    r"(vereiste velden zijn|必填项已用|必填欄位標示|필수 (필드|항목)).{0,60}",
)
_NAVIGATION = (
    r"read more (about|on|at|from|here)\b[^.,:;!?]{0,80}[»›→>…\s]{0,5}",
    rf"({'|'.join(map(re.escape, sorted(HOMES)))})\s*[>›»/|→]\s*.{{1,160}}",
    r"(try|discover|explore|download|get) our\b(?=.{0,100}\b(app|features?|newsletter)\b).{0,100}",
    r"(see|discover|explore) what .{1,40} can do for you\W{0,6}",
    r"(download|get|install) the ([\w’'-]{1,20} ){0,4}app( (now|today|here|for free))?\W{0,6}",
    r"(please )?click here (to|for) [^.!?]{2,100}\W{0,4}",
    r"(for|to) [^.!?]{2,100},? (please )?click (here|this link)\W{0,6}",
    r"follow us\W{0,6}|follow us on [^.!?]{1,60}\W{0,4}",
    r"(follow|join|folgen sie|folge|suivez|rejoignez|siga|sigue|segui|volg)\b [^.!?]{0,50}"
    r"\b(on|auf|sur|en|su|no|op) (our )?"
    r"(facebook|whatsapp|telegram|instagram|google news|twitter|linkedin|youtube|tiktok|threads|bluesky)\W{0,4}",
    r"follow (him|her|them|me|the author|@\w{1,30}) on (x|twitter|instagram|linkedin|facebook|bluesky)\b.{0,60}",
    r"(folgen sie uns|suivez-nous|síguenos|síganos|seguici|siga-nos|volg ons) (auf|sur|en|su|n[oa]|op|via) .{1,60}",
    r"(estimated )?(reading time|lesezeit|temps de lecture|tiempo de lectura|tempo d[ie] (lettura|leitura)|leestijd)"
    r"\W{0,3}\d{1,3}.{0,12}",
    r"\d{1,3}[ -]?min(ute[ns]?|uto?s|uti)?\.? (read|de lecture|de lectura|di lettura|de leitura|lezen|lesezeit)",
    r"(page|seite|pagina|página) \d{1,4} (of|/|von|sur|de|di|van) \d{1,4}",
    r"listen to this (article|story)\b.{0,30}|share all sharing options( for:.{0,200})?",
    r"click to (share|email|print)\b[^.!?]{0,80}",
    r"(شارك|مشاركة) (على|عبر|في) .{1,40}|.{1,40} पर (शेयर|साझा) करें|(分享到|分享至)\s?[:：].{1,60}|字号\s?[:：].{1,20}",
    r"[-•*\d. ]{0,6}\[[^\[\]]{1,200}\]\(#[^\(\)\s]{1,200}\)",  # a link to another place of the page
)
_SUBSCRIPTIONS = (
    r"subscribe( now| today| here)?\W{0,6}|subscribe (to|for) (our|the|this)\b[^.!?]{2,60}\W{0,6}",
    r"sign up( now| today| here| free)?\W{0,6}|(sign|log) in( here| now| (to|with|via) [^.!?,]{2,40})?\W{0,6}",
    r"sign up (for|to) (?=.{0,120}\b(newsletters?|e-?mails?|briefings?|digest|alerts|inbox|our)\b)[^.!?]{2,120}\W{0,6}",
    r"(sign up|subscribe|register|get|join|stay|receive|want|enter|don.t miss|never miss|keep up|catch up|start)\b"
    r".{0,250}\b((in|to) your (e-?mail )?inbox|(our|free) ([\w&’'-]{1,20} ){0,6}newsletters?)\b.*",
    r"(abonnieren sie|melden sie sich|jetzt)\b.{0,80}\bnewsletter\b.{0,120}",
    r"(abonnez-vous|inscrivez-vous|recevez)\b.{0,80}\b(newsletters?|lettre d.information|infolettre)\b.{0,120}",
    r"(suscríbete|suscríbase|apúntate|recibe)\b.{0,80}\b(newsletter|boletín|boletines)\b.{0,120}",
    r"(iscriviti|ricevi|assine|inscreva-se|receba|subscreva)\b.{0,80}\bnewsletters?\b.{0,120}",
    r"(schrijf je in|meld je aan|abonneer je|ontvang)\b.{0,80}\bnieuwsbrief\b.{0,120}",
    r"(订阅|訂閱)(我们|我們|本站|免费|免費|电子报|電子報|每日|新闻|新聞).{0,40}",
    r"(receba|reciba|recibe|ricevi|recevez|erhalten sie|ontvang)\b.{0,80}"
    r"\b(en (su|tu) correo|no seu e-?mail|via e-?mail|par e-?mail|per e-?mail|in uw inbox|dans votre boîte)\b.{0,60}",
    r"recevez (chaque|tous les) (jours?|matins?|soirs?|semaines?)\b.{0,120}",
    r".{0,40}न्यूज.{0,2}लेटर.{0,40}",
    r"register now for free\b.{0,80}|subscribe to (unlock|continue|read|access)\b[^.!?]{0,80}\W{0,4}",
    r"to (read|continue reading|access|view) (this|the|our) (full |rest of the )?(article|story|content)\b"
    r"[^.!?]{0,60}\b(subscribe|log in|sign in|register)\b"
    r"[^.!?]{0,60}\W{0,4}",
    r"((dieser|dieses) (artikel|beitrag|inhalt) ist|cet article est|article|dit artikel is|este (artículo|contenido) es"
    r"|contenido|questo articolo è|contenuto|este conteúdo é|conteúdo)"
    r" (nur für|alleen voor|réservé aux|reservado a|exclusivo para|(solo )?para|riservato agli)"
    r" ((unsere|onze|nos|los|os|as|zahlende|digitale) )?(abo\w{1,15}|s[ou]script\w{1,6}|assinantes)\b.{0,60}",
    r"(il vous reste \d{1,2} ?% (de cet article )?à lire|la suite est réservée aux abonnés)\b.{0,80}",
    r"(create|register for) (a|your) free account( to [^.!?]{2,60})?\W{0,4}",
    r"already (a subscriber|a member|registered|have an account)\?.{0,40}",
    r"(this|the full) (article|story|content) is (only |exclusively )?(available |reserved )?(for|to)"
    r" (paying |registered |premium )?(subscribers|members)\b.{0,100}",
)
_COOKIES = (
    r"(we|we and our (\d+ )?partners|this (web ?)?site|our (web ?)?sites?|this page)\b.{0,80}"
    r"\b(uses?|using|accept|sets?|stores?|places?|requires?|needs?)\b.{0,60}\bcookies\b.*",
    r"by (continuing|using|clicking|browsing|closing|accepting)\b.{0,100}\byour?\b.{0,150}\bcookies?\b.*",
    r"(wir|diese (web)?seite|unsere (web)?seite|(diese|unsere) website|wir und unsere partner)\b.{0,60}"
    r"\b(verwende[nt]|nutz(t|en)|setz(t|en)|benutz(t|en))\b.{0,60}\bcookies\b.*",
    r"(nous|ce site|notre site|nous et nos partenaires)\b.{0,60}\b(utilis\w{1,9}|dépos\w{1,9})\b.{0,60}\bcookies\b.*",
    r"(utilizamos|usamos|este sitio|esta web|esta página|nuestro sitio|nosotros y nuestros socios)\b.{0,80}"
    r"\bcookies\b.*",
    r"(utilizziamo|usiamo|questo sito|il nostro sito|noi e i nostri partner)\b.{0,80}\bcookies?\b.*",
    r"(este (site|sítio)|o nosso site|nosso site|nós e os nossos parceiros)\b.{0,80}\bcookies\b.*",
    r"(wij|we|deze (web)?site|onze (web)?site)\b.{0,40}\b(gebruik\w{0,4}|plaats\w{0,4})\b.{0,60}\bcookies\b.*",
    r"(本(网站|網站|站)|我们|我們).{0,20}(使用|採用|采用).{0,20}(cookie|小型文字檔案).*",
    r"(当|本)?(ウェブ)?サイトでは.{0,60}(クッキー|cookie).*",
    r"((이|본|저희|우리) )?(웹)?사이트(는|에서는).{0,60}쿠키.*",
)
_LEGAL = (
    r"(copyright )?(©|ⓒ|\(c\) ?\d{4}\b).{0,160}",
    r"[^.!?©]{0,40} ©.{0,80}\b(19|20)\d\d\b.{0,80}",
    r"copyright( by\b| \(c\)|,? \d{4}\b).{0,160}",
    r"(disclaimer|haftungsausschluss|descargo de responsabilidad|esclusione di responsabilità"
    r"|isenção de responsabilidade|ansvarsfraskrivelse|免責聲明|免责声明|免責事項|版权声明|版權聲明|风险提示|風險提示"
    r"|면책 ?(조항|공고)?)(\s*[:：]|\s+[–—-]\s).*",
    r"(the )?(views|opinions)( and opinions)? (expressed|stated) (in this|here(in)?|on this|by the authors?)\b.*",
    r"(this (article|site|website|content|page|material)"
    r"|the (information|content|material)s? (provided )?(on|in|by) (this|our))"
    r"\b.{0,120}\b(not|no)\b.{0,80}"
    r"\b((investment|financial|legal|medical|tax|professional) advice|advice to)\b.*",
    r"(die|der|das|für)\b.{0,100}\bübern(ehmen|immt) keine (haftung|gewähr) für (die )?"
    r"(richtigkeit|vollständigkeit|aktualität|angaben|inhalte)\b.{0,160}",
    r"(dieser|diese|dieses) (artikel|beitrag|text|meldung)\b.{0,60}"
    r"\b(automatisch|nachrichtenagentur|presse-agentur)\b.{0,60}\b(übernommen|veröffentlicht|erstellt|feed)\b.{0,60}",
    r"(die )?(vervielfältigung|weiterverbreitung|wiedergabe)\b.{0,60}\b(genehmigung|zustimmung|erlaubnis)\b.{0,80}",
    r"(toute )?(reproduction|rediffusion)\b.{0,60}\b(interdite?|sans (l')?autorisation)\b.{0,80}",
    r"(queda |está |é )?(terminantemente |totalmente )?(prohibida|proibida) (su|la|a|toda)\b.{0,20}"
    r"\breprodu[cç]\w{2,5}\b.{0,120}",
    r"(è )?vietata la riproduzione\b.{0,120}|niets (uit|van) deze (uitgave|site|website)\b.{0,160}",
    r"this (material|content|article|story|report)\b.{0,60}\bmay not be (published|reproduced|republished)\b.{0,200}",
    r"this (press|news) release (may contain|contains|includes)\b.{0,40}\bforward[- ]looking\b.{0,400}",
    r".{0,12}本文.{0,20}(仅代表|僅代表|不代表|不构成|不構成).{0,100}|\W?.{0,4}icp ?[备備证證].{1,40}",
    r"\W?(责任编辑|責任編輯|编辑|編輯|审核|校对)\s?[:：].{1,20}",
    r"(إخلاء مسؤولية|الآراء الواردة في هذا|अस्वीकरण|इस लेख में व्यक्त).{0,200}",
    r"(저작권자|无断転載|無断転載|無断複製|未经(授权|许可|允许)|未經(授權|許可|同意)|转载请注明|轉載請註明).{0,120}",
)
_SOURCES = (  # who wrote a text, and with whose help
    r"(additional )?(reporting|writing) by [^.!?]{2,200};\s?(additional )?(reporting|writing|editing)\b.{2,100}",
    r"[^.!?]{2,120} contributed to this (report|story|article)\W{0,2}",
    r"avec (l.)?(afp|ap|reuters|agences?|associated press)\b.{0,30}",
    r"(mit material (von|der)|con (información|informaciones) de|com informações d[aeo]|con fuentes de)"
    r" [^.!?\s]{2,20}( [^.!?\s]{2,20})?\W{0,2}",
    r"(acquire|purchase) licensing rights\b.{0,30}|our standards: .{2,80}",
    r"(e-?mail|contact|kontakt|correo|courriel)\s?[:：]\s?\S{1,60}@\S{3,60}|\S{1,60}@\S{2,60}\.[a-z]{2,8}",
)
_TAGS = (
    r"(tags?|keywords|filed under|tagged( with| in| as)?|related topics|schlag(wörter|worte|wort)|mots[- ]clés"
    r"|étiquettes|etiquetas|palabras clave|parole chiave|palavras-chave|trefwoorden|标签|標籤|关键[词字]|關鍵[詞字]"
    r"|タグ|キーワード|태그|키워드)\s*[:：|｜]\s*[^.!?。！？]{1,300}",
    r"#\w+[\s,;|·]*(?:#\w+[\s,;|·]*){1,40}",
)
_MARKUP = (
    r"[^\W_]+([_-]+[^\W_]+){4,}",  # the slug of an address: words joined by _ or -
    r"[\W_]+",  # no word at all: rules, bullets, empty images
    r"[가-힣]{2,4} ?(기자|특파원)(\s*=?\s*[\w.+-]+@[\w.-]+)?",  # a reporter's name
)


def _either(*shapes: str) -> re.Pattern[str]:
    """Any of the shapes. No group captures: matching is three times as fast without."""
    return re.compile("|".join(re.sub(r"(?<!\\)\((?!\?)", "(?:", shape) for shape in shapes))


_SHAPES = _either(*_COMMENT_FORMS, *_NAVIGATION, *_SUBSCRIPTIONS, *_COOKIES, *_LEGAL, *_SOURCES, *_TAGS, *_MARKUP)

# "Read more: A headline": a pointer to another story inside this one.
_POINTER = _either(
    r"((?i:read (more|next|also|on)|also read|see (also|more)|related( (article|story|news|coverage|video|reading))?"
    r"|more on this( story| topic)?|keep reading|further reading|(lesen|sehen) sie (auch|mehr)|lies auch|mehr zum thema"
    r"|auch interessant|siehe auch|(à )?lire aussi|à lire également|voir aussi|sur le même sujet|(lea|lee|mira|vea|ver)"
    r" también|(también )?[tl]e puede interesar|(leggi|vedi) anche|(leia|veja) (também|mais)|saiba mais"
    r"|(lees|zie|bekijk) ook|(延伸|相关|相關|推荐|推薦)(阅读|閱讀|新闻|新聞|文章|报道|報導)"
    r"|関連(記事|ニュース)|あわせて読みたい|관련 ?(기사|뉴스)|함께 보기|اقرأ أيض(ا|ًا|اً)|(यह|ये) भी पढ़ें)"
    r"|MORE|READ|WATCH|LISTEN)"
    r"\s*[:：|]\s*(https?://\S{1,400}|\[[^\[\]]{1,200}\]\([^\(\)\s]{1,400}\)|[^.!?。！？]{1,200}[.!?。！？…»›→>\s]{0,5})"
)

_NAME = (
    r"(?:[A-ZÀ-ÖØ-Þ@][\w.’'@-]{0,40}|\d{4}|[&–-]|dpa|epa|imago|privat|of|via|for|by|from|and|the|von|de|van|der|da|di|du"
    r"|und|et|y|e)"
)
_NAMES = rf"{_NAME}(?:(?: ?[/|,] ?| ){_NAME}){{0,9}}"
_PICTURE = (
    r"(?i:(?:(?:top|file|cover|main|lead|header|featured|stock) )?(?:photo(?:graph)?s?|photography|pictures?|images?"
    r"|illustrations?|graphics?|gifs?|screenshots?|fotos?|fotografía|bilder|bild|grafik|crédits? photos?|imagen|imagem"
    r"|immagine|beeld)(?: credits?| source)?|credits?)"
)
_AGENCY = (
    r"(?:Getty(?: Images)?(?: News)?|iStock(?:[Pp]hoto)?|Shutterstock|Alamy(?: Stock Photo)?|AP Photo|AFP|Reuters"
    r"|Unsplash|Pixabay|Wikimedia Commons)"
)
_CREDIT = _either(
    rf"[\W_]{{0,2}}{_PICTURE}(\s*[:|]\s*| (by|courtesy of|von|di) ){_NAMES}\W{{0,3}}",
    rf"[\W_]{{0,2}}({_NAMES} ?(/|\||via) ?)?{_AGENCY}\W{{0,3}}",
    rf"[\W_]{{0,2}}AP Photo/{_NAMES}\W{{0,3}}",
    r"((图片|圖片|照片)(来源|來源|提供)|摄影|攝影|撮影|写真|사진|자료 ?사진)\s*[:：=／/]\s?[^。.]{1,20}",
)
_QUOTES = re.compile('["“”„«»「」『』]')
_LINK = re.compile(r"!?\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)")
_MENU = 3  # links in a line of nothing else; fewer may be the sources of a story
_SLOTS = 3  # of a template, {{ … }}; fewer may be a story about templates


def is_boilerplate(text: str) -> bool:
    """Whether a line, without the white space around it, is boilerplate whatever stands around it."""
    if not 0 < len(text) <= _LONGEST:
        return False
    lower = text.lower()
    if len(text) <= _PHRASE_LENGTH and _is_button(text):
        return True
    if _SHAPES.fullmatch(lower) or _POINTER.fullmatch(_unmarked(text)) or _CREDIT.fullmatch(text):
        return True
    marked = ("CLICK HERE" in text and text.isupper()) or any(mark in lower for mark in MARKS)
    return _is_markup(text) or (marked and not _QUOTES.search(text))


def _is_markup(text: str) -> bool:
    """Whether a line is a template, what a broken image tag left behind, or a menu of Markdown links."""
    if text.count("{{") >= _SLOTS or (text.endswith(">") and " alt=" in text):
        return True
    return text.count("](") >= _MENU and not _WORDS.search(_LINK.sub("", text))


def _is_button(text: str) -> bool:
    """Whether a short line is a known phrase, a count of comments or shares, or a bar of words for sharing."""
    core = _REPEATED.sub(r"\1", core_of(text))
    if core in _PHRASES or core.strip(_COUNT) in _COUNTED or _is_menu(core):
        return True
    words = set(_WORDS.findall(core))
    return words <= _SHARE_BAR and (not words.isdisjoint(_SHARE_VERBS) or len(words & _NETWORKS) >= 3)


def _unmarked(text: str) -> str:
    """A line that begins in bold without the marks of Markdown."""
    return text.replace("**", "") if text.startswith("**") else text


def is_entry(text: str) -> bool:
    """Whether a line could stand in a menu: a known phrase, or the name of a section."""
    return len(text) <= _PHRASE_LENGTH and core_of(text) in _ENTRIES


def _is_menu(core: str) -> bool:
    """Whether a line is a row of buttons; names of sections count from three entries on."""
    parts = _BETWEEN_ENTRIES.split(core)
    if len(parts) < 2 or not _ENTRIES.issuperset(parts):
        return False
    return len(parts) > 2 or _PHRASES.issuperset(parts)
