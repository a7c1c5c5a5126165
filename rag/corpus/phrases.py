"""The wording of boilerplate in twelve languages: data, by what it is for. A phrase makes up a whole line.

Languages: English, German, French, Spanish, Italian, Portuguese, Dutch, Chinese, Japanese, Korean, Arabic, Hindi.
What may well be a line of a story ("Home" in a table of results) is left out.
"""

import re

_EDGES = (  # what may stand around the words of a button
    " \t\xa0\u200b\ufeff!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»‹›“”„‘’…·•–—→←↑↓▸▶►▼▲★☆✓×"
    "：；，。！？、（）「」『』【】《》〈〉｜"
)


def core_of(text: str) -> str:
    """The words of a line for comparison: case, outer punctuation and the width of white space do not count."""
    return " ".join(text.strip(_EDGES).lower().replace("’", "'").split())


def _phrases(table: str) -> frozenset[str]:
    return frozenset(filter(None, map(core_of, re.split(r"[|\n]", table))))


COMMENTS = _phrases("""
    comments | comment | no comments yet | no comments | leave a reply | leave a comment | post a comment | reply
    add a comment | write a comment | join the conversation | join the discussion | view comments | show comments
    view all comments | read comments | hide comments | load comments | be the first to comment | report comment
    cancel reply | required fields are marked | submit comment | log in to comment | please log in to comment
    kommentar | kommentare | kommentar schreiben | kommentar hinterlassen | kommentar verfassen | kommentar abschicken
    schreiben sie einen kommentar | schreibe einen kommentar | kommentare anzeigen | keine kommentare
    antwort abbrechen | erforderliche felder sind markiert | jetzt kommentieren | commentaire | commentaires
    laisser un commentaire | ajouter un commentaire | laisser une réponse | réagir | réagir à cet article
    voir les commentaires | aucun commentaire | annuler la réponse | comentario | comentarios | deja un comentario
    deja una respuesta | comentar | dejar un comentario | escribe un comentario | ver comentarios
    cancelar la respuesta | sin comentarios aún | commento | commenti | lascia un commento | scrivi un commento
    vedi i commenti | annulla risposta | nessun commento | comentário | comentários | deixe um comentário
    deixe uma resposta | deixe o seu comentário | ver comentários | cancelar resposta | nenhum comentário | reactie
    reacties | geef een reactie | laat een reactie achter | reageer | plaats een reactie | reactie annuleren
    bekijk reacties | 댓글 | 댓글 쓰기 | 댓글 달기 | 댓글 남기기 | 댓글 등록 | 댓글 보기 | 의견 남기기 | 답글 남기기
    답글 취소 | 评论 | 評論 | 发表评论 | 發表評論 | 发表回复 | 發佈留言 | 發表留言 | 发表留言 | 留言 | 查看评论
    查看評論 | 写评论 | 我要评论 | 网友评论 | 網友留言 | 取消回复 | 取消回覆 | コメント | コメントを残す
    コメントする | コメントを書く | コメントを見る | コメントを投稿 | コメントをキャンセル
    comments are closed | comments are off for this article | recent comments | log in to reply | add your comment
    kommentare sind geschlossen | les commentaires sont fermés | los comentarios están cerrados | تعليقات | التعليقات
    اترك تعليقا | اترك تعليقك | أضف تعليقا | أضف تعليقك | لا توجد تعليقات | टिप्पणी करें | टिप्पणियाँ | टिप्पणियां
    अपनी टिप्पणी दें | कमेंट करें
""")
"""Comment forms."""

NAVIGATION = _phrases("""
    back to top | skip to content | skip to main content | skip to navigation | load more | see more | show more
    view all | view more | see all | read more | read on | learn more | find out more | continue reading
    read full article | read the full story | read the full article | full story | next article | previous article
    next page | previous page | next story | previous story | next post | previous post | menu | search | open menu
    main menu | login | log in | log out | sign in | sign up | my account | already a subscriber
    already have an account | loading | watch now | watch live | play video | listen to this article | print edition
    about the author | breadcrumb | about us | contact us | site map | sitemap | follow us | follow | subscribe
    subscribe now | thank you for signing up | newsletter abonnieren | zum newsletter anmelden | newsletter bestellen
    s'inscrire à la newsletter | manage consent | app users click here | click here | click here for more | nach oben
    zum inhalt springen | zum hauptinhalt springen | weiterlesen | mehr lesen | mehr anzeigen | mehr erfahren
    mehr laden | alle anzeigen | nächster artikel | vorheriger artikel | zur startseite | startseite | suche
    schließen | menü | anmelden | abmelden | registrieren | jetzt abonnieren | abonnieren | über den autor | impressum
    folgen sie uns | haut de page | retour en haut | aller au contenu | aller au contenu principal | lire la suite
    en savoir plus | lire plus | voir plus | afficher plus | tout voir | article suivant | article précédent | accueil
    recherche | fermer | se connecter | s'inscrire | s'abonner | je m'abonne | suivez-nous | volver arriba
    ir al contenido | saltar al contenido | leer más | seguir leyendo | ver más | ver todo | cargar más
    más información | artículo siguiente | artículo anterior | siguiente artículo | inicio | buscar | cerrar
    iniciar sesión | regístrate | suscríbete | suscribirse | síguenos | síganos | torna su | torna all'inizio
    vai al contenuto | leggi tutto | continua a leggere | leggi di più | scopri di più | mostra altro | mostra tutto
    carica altri | articolo successivo | articolo precedente | chiudi | accedi | registrati | abbonati | iscriviti
    seguici | voltar ao topo | ir para o conteúdo | pular para o conteúdo | leia mais | saiba mais | continuar lendo
    continue lendo | continuar a ler | ver mais | ver tudo | carregar mais | próximo artigo | artigo anterior | início
    pesquisar | fechar | iniciar sessão | assine | assine já | inscreva-se | siga-nos | terug naar boven | naar boven
    ga naar inhoud | naar de inhoud | lees meer | lees verder | meer lezen | toon meer | meer laden | bekijk alles
    volgende artikel | vorige artikel | zoeken | sluiten | inloggen | uitloggen | registreren | abonneer | abonneer je
    abonneren | volg ons | 返回顶部 | 返回頂部 | 回到頂端 | 回顶部 | 跳至内容 | 跳至主要內容 | 阅读全文 | 閱讀全文
    閱讀更多 | 阅读更多 | 查看更多 | 看更多 | 更多 | 更多内容 | 展开全文 | 展開全文 | 繼續閱讀 | 继续阅读 | 加载更多
    載入更多 | 上一篇 | 下一篇 | 上一页 | 下一页 | 首页 | 首頁 | 搜索 | 搜尋 | 登录 | 登入 | 注册 | 註冊 | 关闭 | 關閉
    关注我们 | 關注我們 | 追蹤我們 | 订阅 | 訂閱 | 点击查看更多 | 返回首页 | 返回首頁 | 続きを読む | 続きを見る
    もっと見る | もっと読む | さらに表示 | 全文を読む | ページトップへ | ページの先頭へ | トップへ戻る
    コンテンツへスキップ | 次の記事 | 前の記事 | ホーム | 検索 | 閉じる | ログイン | 会員登録 | 新規登録
    フォローする | フォロー | 購読する | メニュー | 더 보기 | 더보기 | 전체보기 | 전체 보기 | 계속 읽기 | 자세히 보기
    기사 전문 보기 | 맨 위로 | 본문 바로가기 | 이전 기사 | 다음 기사 | 이전글 | 다음글 | 검색 | 닫기 | 로그인
    회원가입 | 팔로우 | 구독 | 구독하기 | 메뉴
    manage preferences | search for | site index | hide caption | toggle caption | show caption
    post navigation | older post | older posts | newer post | newer posts | proudly powered by wordpress
    enter your email | enter your email address | your email address
    start your free trial | start free trial | try unlimited access | subscribe to continue reading
    subscribe to continue | why subscribe | modal title | content is loading
    expand to read the full story | show key events only | jump to content | view comments section
    please turn on javascript to use this feature | this browser is no longer supported | news provided by
    artikel anhören | écouter l'article | escuchar artículo | ascolta l'articolo | ouvir a notícia | ouvir notícia
    luister naar dit artikel | نسخة للطباعة | اقرأ المزيد | المزيد | الصفحة الرئيسية | بحث | تسجيل الدخول | اشترك الآن
    اشترك | تابعنا | تابعونا | اشترك في نشرتنا البريدية | اشترك في النشرة البريدية | और पढ़ें | आगे पढ़ें | होम पेज | खोजें
    लॉग इन | सब्सक्राइब करें | हमें फॉलो करें | ऐप डाउनलोड करें
""")
"""Ways to other pages, to the rest of this one, into an account."""

SHARING = _phrases("""
    copy link | copy url | link copied | share this | share options | save article | save for later | bookmark
    link kopieren | artikel teilen | artikel drucken | artikel merken | copier le lien | partager l'article
    partager cet article | copiar enlace | compartir artículo | compartir en redes | copia link | condividi l'articolo
    copiar link | compartilhe | partilhe | compartilhar notícia | link kopiëren | kopieer link | deel dit artikel
    deel dit bericht | artikel delen | 分享 | 分享到 | 分享至 | 分享本文 | 分享文章 | 分享此文 | 复制链接 | 複製連結
    打印 | 列印 | 收藏 | シェア | シェアする | この記事をシェア | ツイート | ツイートする | リンクをコピー | 印刷
    印刷する | 保存 | ブックマーク | 공유 | 공유하기 | 기사 공유 | 기사공유 | 링크 복사 | 인쇄 | 인쇄하기 | 프린트
    스크랩 | 글자크기 | 글자 크기 | 카카오톡 | url 복사 | 주소 복사
    like loading | guardar | ajouter à vos favoris | per e-mail versenden | envoyer par e-mail
    envoyer par email | enviar por e-mail | enviar por correo | invia per e-mail | شارك | مشاركة | شارك هذا المقال
    نسخ الرابط | طباعة | शेयर करें | साझा करें | लिंक कॉपी करें | प्रिंट करें
""")
"""Buttons that pass an article on or keep it."""

ADVERTISING = _phrases("""
    advertisement | advertisements | advert | ad | ads | sponsored | sponsored content | promoted | paid content
    ad feedback | advertisement continue reading | scroll to continue | scroll down to continue
    continue reading the main story | anzeige | werbung | der artikel wird nach der anzeige fortgesetzt
    nach der werbung weiterlesen | publicité | la suite après la publicité | la suite après cette publicité
    fin de la publicité | publicidad | anuncio | continúa leyendo después de la publicidad
    sigue leyendo después de la publicidad | pubblicità | continua dopo la pubblicità
    l'articolo continua dopo la pubblicità | publicidade | continua depois da publicidade
    continua após a publicidade | continua após publicidade | advertentie | reclame
    artikel gaat verder onder de advertentie | tekst gaat door onder de advertentie | lees verder onder de advertentie
    广告 | 廣告 | 請繼續往下閱讀 | 请继续往下阅读 | 広告 | 記事は広告の下に続きます | 광고
    기사는 광고 아래에 계속됩니다
    continua a leggere dopo la pubblicità | إعلان | اعلان | إعلانات | विज्ञापन
""")
"""Labels of advertisements."""

NOTICES = _phrases("""
    cookie settings | cookie policy | cookie preferences | manage cookies | accept cookies | accept all cookies
    accept all | reject all | reject all cookies | privacy policy | privacy notice | terms of use | terms of service
    terms and conditions | cookie-einstellungen | alle cookies akzeptieren | cookies akzeptieren | alle akzeptieren
    alle ablehnen | datenschutz | datenschutzerklärung | nutzungsbedingungen | accepter tous les cookies
    tout accepter | tout refuser | mentions légales | paramétrer les cookies | gérer les cookies
    politique de confidentialité | conditions générales | aceptar cookies | aceptar todas las cookies | rechazar todas
    configurar cookies | política de privacidad | política de cookies | aviso legal | términos y condiciones
    accetta tutti i cookie | accetta tutti | rifiuta tutti | informativa sulla privacy | informativa sui cookie
    note legali | aceitar todos os cookies | aceitar cookies | rejeitar todos | termos de uso
    política de privacidade | alle cookies accepteren | cookies accepteren | alles accepteren | alles weigeren
    privacybeleid | cookiebeleid | algemene voorwaarden | 隐私政策 | 隱私政策 | 隱私權政策 | 接受所有cookie | 全部接受
    使用条款 | 使用條款 | プライバシーポリシー | 利用規約 | すべて同意する | すべてのcookieを受け入れる
    개인정보처리방침 | 이용약관 | 모두 동의 | 쿠키 설정 | disclaimer | riproduzione riservata | haftungsausschluss
    avertissement | descargo de responsabilidad | esclusione di responsabilità | isenção de responsabilidade
    ansvarsfraskrivelse | 免責聲明 | 免责声明 | 免責事項 | 면책 | 면책조항 | 면책 조항 | 版权声明 | 版權聲明
    all rights reserved
    we value your privacy | we care about your privacy | your privacy choices | cookie consent | cookie notice
    manage options | manage your privacy | legal notice | imprint
    gestion des cookies | سياسة الخصوصية | شروط الاستخدام | اتصل بنا | من نحن | إخلاء مسؤولية | جميع الحقوق محفوظة
    गोपनीयता नीति | नियम और शर्तें | संपर्क करें | हमारे बारे में | अस्वीकरण | सर्वाधिकार सुरक्षित
""")
"""Links to notices, and their buttons."""

RELATED = _phrases("""
    related | related articles | related stories | related news | related posts | related content | related pages
    related coverage | related links | related topics | related reading | related videos | trending
    recommended articles | recommended stories | recommended reading | recommended for you | recommended posts
    more articles | more stories | more news | more posts | more reading | more headlines | more like this
    other articles | other stories | other news | other posts | popular articles | popular stories | popular news
    popular posts | most popular | trending articles | trending stories | trending news | trending now
    trending posts | latest articles | latest stories | latest news | latest posts | latest headlines | most read
    most viewed | most shared | top stories | top news | top reads | editors' picks | editor's picks
    you may also like | you might also like | you may also be interested in | you might also be interested in
    you may like | you might like | read next | read also | what to read next | up next | next up | see also
    from around the web | around the web | from our partners | sponsored stories | sponsored links | further reading
    also read | lesen sie auch | lies auch | auch interessant | das könnte sie auch interessieren
    das könnte dich auch interessieren | das könnte sie interessieren | mehr zum thema | zum thema | weitere artikel
    weitere nachrichten | weitere meldungen | weitere themen | ähnliche artikel | ähnliche beiträge | ähnliche themen
    verwandte artikel | verwandte themen | meistgelesen | meistgelesene artikel | am meisten gelesen
    aktuelle nachrichten | neueste artikel | empfohlene artikel | beliebte artikel | siehe auch | topmeldungen
    à lire aussi | a lire aussi | lire aussi | à lire également | articles similaires | articles liés
    articles connexes | sur le même sujet | sur le même thème | vous aimerez aussi | vous pourriez aussi aimer
    ça peut vous intéresser | cela peut vous intéresser | les plus lus | articles les plus lus | plus d'articles
    dernières actualités | derniers articles | articles recommandés | voir aussi | dans la même rubrique
    artículos relacionados | noticias relacionadas | notas relacionadas | contenido relacionado | te puede interesar
    le puede interesar | también te puede interesar | te podría interesar | lo más leído | lo más visto | más noticias
    más artículos | otras noticias | últimas noticias | lea también | lee también | leer también | ver también
    vea también | articoli correlati | notizie correlate | articoli simili | potrebbe interessarti
    potrebbe interessarti anche | ti potrebbe interessare | leggi anche | vedi anche | i più letti | più letti
    le più lette | altre notizie | altri articoli | ultime notizie | articoli consigliati | artigos relacionados
    notícias relacionadas | matérias relacionadas | conteúdo relacionado | leia também | veja também | pode gostar
    pode interessar | você pode gostar | também pode gostar | mais lidas | as mais lidas | mais notícias
    outras notícias | últimas notícias | recomendados para você | gerelateerde artikelen | gerelateerd
    gerelateerd nieuws | lees ook | zie ook | meer nieuws | ander nieuws | meest gelezen | best gelezen
    misschien vind je dit ook interessant | meer over dit onderwerp | laatste nieuws | aanbevolen artikelen
    net binnen | 相关阅读 | 相關閱讀 | 相关新闻 | 相關新聞 | 相关文章 | 相關文章 | 相关报道 | 相關報導 | 延伸阅读
    延伸閱讀 | 推荐阅读 | 推薦閱讀 | 推荐文章 | 推薦文章 | 热门新闻 | 熱門新聞 | 热门文章 | 熱門文章 | 猜你喜欢
    猜你喜歡 | 更多新闻 | 更多新聞 | 更多文章 | 最新新闻 | 最新新聞 | 你可能也喜歡 | 您可能感兴趣 | 大家都在看
    其他人也看 | 精彩推荐 | 関連記事 | 関連ニュース | おすすめ記事 | おすすめの記事 | あわせて読みたい
    合わせて読みたい | こちらもおすすめ | 人気記事 | 人気の記事 | アクセスランキング | 最新記事 | 新着記事
    この記事を読んだ人におすすめ | その他の記事 | 관련기사 | 관련 기사 | 관련 뉴스 | 관련뉴스 | 추천기사 | 추천 기사
    인기기사 | 인기 기사 | 많이 본 뉴스 | 많이 본 기사 | 주요 뉴스 | 주요뉴스 | 최신뉴스 | 최신 기사 | 다른 기사
    함께 본 기사 | 함께 보면 좋은 기사 | 이 시각 주요뉴스
    also worth reading | recommended topics | recent posts | also from this source | مقالات ذات صلة | أخبار ذات صلة
    مواضيع ذات صلة | موضوعات ذات صلة | اقرأ أيضا | اقرأ أيضًا | قد يعجبك أيضا | الأكثر قراءة | الأكثر مشاهدة
    آخر الأخبار
    संबंधित खबरें | संबंधित ख़बरें | संबंधित लेख | यह भी पढ़ें | ये भी पढ़ें | सबसे ज्यादा पढ़ी गई | सबसे ज़्यादा पढ़े गए
    ताज़ा खबरें | ताजा खबरें | बड़ी खबरें
""")
"""Headings of lists of other stories."""

MARKS = _phrases("""
    all rights reserved | alle rechte vorbehalten | tous droits réservés | todos los derechos reservados
    tutti i diritti riservati | tutti i diritti sono riservati | todos os direitos reservados
    alle rechten voorbehouden | 版权所有 | 版權所有 | 保留所有權利 | 保留一切權利 | 無断転載を禁 | 無断転載禁
    무단전재 | 무단 전재 | in this browser for the next time i comment | in diesem browser für die nächste
    para la próxima vez que comente | pour mon prochain commentaire | per la prossima volta che commento
    para a próxima vez que eu comentar | article continues below | scroll to continue | story continues below
    article continues after | story continues after | skip past newsletter promotion
    something went wrong. please try | please enter a valid email address | this site is protected by recaptcha
    unsubscribe at any time | brought to you by our | download our app | by submitting your email
    by entering your email | by signing up you agree | by signing up, you agree | you agree to our terms
    you agree to our privacy | subscribe to our | sign up for our | sign up to our | we may earn a commission
    we may earn a small commission | we may earn an affiliate commission | we may earn commission
    we may receive a commission | we may receive compensation | contain affiliate links | contains affiliate links
    include affiliate links | includes affiliate links | メルマガに登録 | メルマガを購読 | メルマガ登録
    ニュースレターに登録 | ニュースレターを購読 | 뉴스레터 구독 | 뉴스레터 신청 | 扫码关注 | 掃碼關注 | 扫描二维码关注
    长按二维码关注
    riproduzione riservata | cancel anytime during your | cancel anytime. terms | want your company's news featured
    جميع الحقوق محفوظة | حقوق النشر محفوظة | सर्वाधिकार सुरक्षित
""")
"""Words that stand in no sentence of a story."""

SECTIONS = _phrases("""
    news | world | politics | business | economy | money | markets | finance | opinion | sport | sports | culture
    arts | entertainment | lifestyle | travel | weather | tech | technology | science | health | education
    environment | climate | food | fashion | video | videos | photos | podcasts | games | local | national
    international | magazine | newsletters | jobs | live | latest | books | music | tv | obituaries | puzzles
    nachrichten | politik | wirtschaft | kultur | wissen | gesundheit | reise | wetter | panorama | meinung | digital
    actualités | politique | économie | société | santé | monde | météo | voyages | noticias | política | economía
    deportes | cultura | mundo | salud | sociedad | tecnología | notícias | economia | esportes | saúde | esporte
    notizie | cronaca | esteri | salute | politiek | economie | cultuur | buitenland | binnenland | gezondheid
    新闻 | 新聞 | 财经 | 財經 | 体育 | 體育 | 娱乐 | 娛樂 | 科技 | 国际 | 國際 | 社会 | 社會 | 文化 | 健康 | ニュース
    政治 | 経済 | スポーツ | エンタメ | 国内 | 뉴스 | 정치 | 경제 | 사회 | 문화 | 스포츠 | 국제 | أخبار | سياسة | اقتصاد
    رياضة | ثقافة | صحة | देश | राजनीति | खेल | मनोरंजन | दुनिया | कारोबार
    contact | about | register | archive | archives | terms | privacy | agb | kontakt | contatti | contacto | app store
    google play
""")
"""Names of a newspaper's sections and pages: each may be a heading, a few beside "Home" are a menu."""

HOMES = _phrases("""
    home | homepage | home page | startseite | accueil | inicio | portada | página inicial | início | capa
    voorpagina | 首页 | 首頁 | ホーム | 홈 | الرئيسية | होम
""")
"""The first word of a menu, and of the path to a page."""

CONTENTS = _phrases("""
    contents | table of contents | on this page | in this article | jump to | quick links | inhalt | inhaltsverzeichnis
    in diesem artikel | auf dieser seite | sommaire | au sommaire | dans cet article | en este artículo | índice
    tabla de contenidos | in questo articolo | indice | neste artigo | sumário | in dit artikel | inhoudsopgave
    目录 | 目錄 | 目次 | 목차 | المحتويات | विषय सूची
""")
"""Headings of a table of contents."""
