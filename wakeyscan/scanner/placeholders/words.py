"""Words of identifiers, file names and examples, and the pairs of letters that words have."""

from __future__ import annotations

WORDS = frozenset(
    b"""
    aaa abc about above absolute abstract abuse accept accepted access account accounts action
    actions active actual adapter add added additional addon address addresses adds adjust admin
    ads advanced advert aes256 after again agency agenda agent agents ai alert alerts alias aliases
    align aligned alive all allow allowed alpha also although always amazon an analytics anchor and
    android angular animated animation annual another answer answers any api apis app append apple
    application applications apply appointment approval approve approved apps april archive
    archived archives are area argument arguments array arrays arrow article articles as aspect
    assert asset assets assign assignment async at atomic attach attached attachment attachments
    attempt attempts attribute attributes audience audio audit august auth authority auto autumn
    available avatar avatars average aws aws4 axis azure b2b babe baby back background backgrounds
    backup backups bad badge badges balance bandwidth bank banking banner banners bar bare base
    based baseline basic batch baz be beach bearer because beef before begin behind below benchmark
    best beta better between big bike billing binding bird birthday bits black block blocked blocks
    blog blogs blue body bold booking bookings bookmark boolean border bot both bots bottom
    boundary boy branch branches brand brands break bridge bright broadcast brown btn buffer build
    builder building builds built bundle bundles business busy button buttons by byte bytes cache
    cached cafe calendar call callback caller calls campaign campaigns can cancel cancelled
    capacity car card cards carousel cars cart case cash cast cat catalog categories category cd
    cell center certificate certificates chain change changed changeme changes channel channels
    char character characters chars charset chart charts chat chats check checkbox checker checkout
    checkpoint checkpoints checks child children christmas chrome chunk chunks ci cipher circle
    cities city class classes clean cli click clicks client clients clip clips close closed closing
    cloud cluster code codes coffee coin cold collect collection collections color colors colour
    column columns combined command commands comment comments commit commits common company compare
    compatible compile compiler complete completed complex component components composite
    compressed compute condition conference config configs configuration connect connected
    connecting connection connections connectivity connector connectors consent console constant
    consumer contact contacts container containers content contents context control controller
    conversation conversations conversion conversions convert converted converter cookie cookies
    cool copied copy core correct could count counter countries country counts coupon course cover
    coverage covers cpu crash crashed create created creates creator credential credentials credit
    cropped css csv currency current cursor custom customer customers daily dark dashboard
    dashboards data database databases date dates day days db dead deadbeef deal deals debit debug
    december decode decoded decrypt default defaults define defined delete deleted deletes deliver
    delivered delivery demo denied deny dependencies dependency depends deploy deployed deployment
    deployments deprecated depth describe description desktop destroy detach detect dev develop
    development device devices diagram dialog dict digest digit digits direct directory disable
    disabled disconnect disconnected disconnecting discord discount disk display dist distance
    distribution django do doc docker docs doctor document documents dog dollar domain domains done
    down download downloaded downloads downtime draft draw drive driver drop dropdown dummy dump
    duplicate duration dynamic each early earth easy edge edges edit editable edited editor effect
    effects eight element elements email emails emoji emojis empty enable enabled encode encoded
    encoding encrypt encrypted encryption end ended endpoint endpoints engine ensure enter
    enterprise entity entries entry enum env environment environments equal error errors escape
    euro even evening event events every example examples exceed exceeded exception exclude
    execution existing exists exit expand expect expected experiment experiments expired expires
    expiry explicit export exported expression extended extension extensions external extra extract
    face facebook factor factory fail failed fails failure fake fallback false family faq far fast
    favorite favorites feature features february feed feeds fetch fetched few field fields file
    filename files fill filter filters final finals find finish finished fire firefox first fish
    five fixed fixme flag flags flask flight flights flow flower flowers folder folders follow
    followers font fonts foo food footer footers for force foreign forest form format formats
    formatted formatter forms forward forwarded found four fragment frame frames framework free
    fresh friday friend friends from front fruit full function functions future gallery game games
    garden gateway general generate generated generator generic get gif gift girl github gitlab
    give given global go goes going golang gold good google got gradient grant granted graph
    graphic graphics gray great green grey grid group groups guest gui guide guides h264 h265 had
    half handle handler handlers handles hard hardcoded hardware has hash hashed have hd head
    header headers health heap height hello helm help helper her here hero hidden hide high his
    history hmac holiday holidays home hook hooks horizontal horse hospital host hostname hosts hot
    hotel hotels hour hours house how however hs256 html huge i18n ico icon icons id identifier
    identity if ignore ignored illustration image images img imgs implementation import imported in
    inactive inbox include incorrect indent index indices info inherit initial inline inner input
    inputs insert inserted inside insight insights instagram install installation installed
    installer instance instances integer integration integrations interface internal internet
    interpreter interval interview into intro introduction invalid inventory invitation invite
    invited invoice invoices io ip ipad iphone is issue issued issues it item items its january
    java javascript job jobs join joined jpeg jpg js json july june just jwt keep key keys keyword
    keywords kind kit kitchen known kotlin label labels lambda landing landscape language languages
    laptop large last late latency later latest layer layers layout leader leaf leak least leave
    left legacy legal legend length less lesson let letter letters level levels libraries library
    license light like likes limit limits line linear lines link linked linkedin links linux list
    listener listing lists lite literal live load loaded loader loading local locale location
    locations lock locked locks log logger logging logical login logo logos logout logs long lookup
    loop love low lower mac machine made mail main maintenance major make man manage management
    manager manual manuals many map mapper mapping maps march margin mark marker market marketing
    marketplace marks mask masked master match matching matrix max maximum may maybe md5 me media
    medical medium meeting meetings member members memory men menu menus merge merged message
    messages metadata metal method methods metric metrics microsoft middle middleware migrate
    migration migrations min mini minimum minor minute minutes missing mixed mms mobile mock modal
    mode model models modes modified modify module modules monday money monitor monitoring month
    monthly months moon more morning most motion mountain move movie mp3 mp4 msg much multiple
    music must my name names namespace narrow native nav navbar navigation near need needs network
    networks never new news newsletter next nice night nine no node nodejs nodes none normal
    normalize not notebook nothing notice notification notifications notify november now npm null
    number numbers numeric oauth oauth2 object objects ocean october of offer offers office offline
    offset often ogg old on one online only onto open opened opening operation operations operator
    optimized option optional options or orange order orders organization origin original origins
    other our outbox output outro outside over overflow override overview own owner pack package
    packages padding page pages paid pair panel panels param parameter parameters params parent
    parents park parse parsed parser part partial participant participants partner partners parts
    pass passwd password passwords paste pasted path paths patient patients pattern patterns pause
    paused pay payment payments pdf pending people performance permanent permission permissions
    persistent person personal pharmacy phone phones photo photos php pic picture pictures ping
    pink pipe pipeline pipelines pizza place placed placeholder places plain plan plans platform
    platforms play player players please plot plugin plugins plus png point pointer points policies
    policy poll pong pool pools popup port portrait ports position possible post poster posters
    posts precision preference preferences prefix premium prepare prev preview previous price
    prices pricing primary print priority privacy private prize pro process processes prod producer
    product production products professional profile profiles program progress project projects
    promo promos promotion promotional prompt properties property protocol provide provided
    provider providers proxy public publisher pull purple push put pwd px py python qa queries
    query question questions queue queues quick quickly quiet quiz quota quote quoted radio rails
    rain random range rate rates rating ratio react reaction reactions read reader reads ready real
    really receive received receiver recipient reconnect record records red redacted redirect
    reduce reference refresh refreshed refund refunds region regions registry regular reject
    rejected related relative release releases remaining reminder reminders remote remove removed
    removes render rendered repeat replace replaced replica replies reply report reporting reports
    repository request requests require required requirement reservation reset resets resize
    resized resolution resolve resolver resource resources response responses rest restart
    restaurant restore restored result results resume resumed retina retries retry return returns
    reverse review reviews revision revoked right river role roles rollback room rooms root rotate
    rotated rotation round route router routers routes routing row rows rs256 rsa ruby rule rules
    run runner running runs runtime rust safari safe safety sale sales same sample samples saturday
    save saved scalar scale scaled scan schedule scheduled scheduler schema scheme school scope
    scopes score screen screens screenshot screenshots script scripts sdk sea search second seconds
    secret secrets section sections secure security seen segment select selected selection selector
    send sender sending sent separate september sequence server servers service services session
    sessions set setting settings setup seven sha1 sha256 sha512 shadow shape share shared sharing
    sheet shift shipment shipping shop short should show side sidebar sign signal signature signed
    signin signup silver simple since single six size sizes skip skipped sky slack slave slice
    slide slider slides slow small sms snapshot snapshots snow so socket software some soon sorry
    sort sorted sound sounds source sources space spam special speed splash sponsor sponsors spring
    sprite sprites sql sqlite square stable stack stage staging standard star stars start started
    starting starts state states static statistics stats status step steps sticker stickers still
    stock stop stopped storage store stores stories story stream streaming streams street strict
    string strings strong structure structured stub student students style styles subscribe
    subscribed subscriber subscription subscriptions success successful successfully suffix sum
    summary summer sun sunday supplier support supported survey suspend svg swift switch symbol
    symbols sync synced synchronize system systems tab table tables tablet tabs tag tags take taken
    tall tar target targets task tasks tax taxi tea teacher team teams teaser telegram temp
    template templates temporary ten terminal terms test tester testing tests text textarea texts
    texture than thank thanks that the theme themes then there these third this those though thread
    threads three threshold thresholds thumb thumbnail thumbnails thumbs thursday ticket tickets
    tight tile time timeout timeouts timer times timezone tiny tmp to today todo toggle token
    tokens tomorrow too tool toolbar toolkit tools tooltip top topic topics total totals tour tours
    trace tracker tracking traffic trailer train training transaction transactions transfer
    transform transformer travel tree trees trial trigger triggers trim trip truck true trust ts
    tuesday tutorial tutorials tv twitter two txt type types typescript typing ui ultimate
    undefined under underflow unicode uniform uninstall unique unit units university unknown unlock
    unread unsupported until up update updated updater updates upgrade upload uploaded uploader
    uploads upper uptime url urls us usage use used user username users utility v1 v2 v3 v4 v5
    valid validate validated validation value values variable variables variant variants vcard
    vector vendor vendors verbose verification verified verify version versions vertical very video
    videos view views virtual visit visitor visitors visits vite voice void volume vote votes
    voucher vue wait wallet wallpaper want warehouse warm warning warnings was wastack water wav we
    weather web webhook webhooks webinar webp webpack wednesday week weekly weeks weight welcome
    were what whats whatsapp wheel when where which while white who whom why wide widget widgets
    width will wind windows winner winter with without woman women word words worker workers
    workflow workflows workspace workspaces world would wrap wrapper write writer writes wrong xml
    xxx xyz yaml year yearly years yellow yes yesterday yet you young your youtube zero zip zone
    zones zoom 1000 1024 1080 1080p 1200 128 1280 1366 1440 150 1500 1536 1600 180 192 1920 200
    2000 2018 2019 2020 2021 2022 2023 2024 2025 2026 2027 2028 2029 2030 2048 2160 2160p 240 256
    2560 2x 300 320 360 3840 3x 400 4096 480 4k 500 512 600 627 628 630 640 720 720p 750 768 800
    900 960
    """.split()
)
"""Common words, and numbers of file names such as years and sizes of images, in lower case."""

WORD_BITS = 11
"""Bits that select one of at most 2**11 words."""

EXAMPLE_WORDS = frozenset(
    b"""
    your our fake todo demo test dummy some foo bar baz abc xxx key here none null example examples
    sample samples placeholder changeme replace insert redacted removed invalid expired mock stub
    deadbeef beef cafe babe
    """.split()
)
"""Words of examples; the other words are also those of identifiers."""

_FOLLOWERS = {
    "a": "bcdfgiklmnprstuvy",
    "b": "aceilorsuy",
    "c": "acehiklorstu",
    "d": "adeilorsu",
    "e": "abcdefgilmnopqrstvwxy",
    "f": "aefiloru",
    "g": "aehilnorsu",
    "h": "aeiot",
    "i": "abcdefglmnoprstvxz",
    "j": "aeou",
    "k": "eis",
    "l": "adeilopstuy",
    "m": "abeimopsu",
    "n": "acdefgiklnostuv",
    "o": "abcdfgiklmnoprstuvw",
    "p": "aehiloprstuy",
    "q": "u",
    "r": "acdegiklmnoprstuvy",
    "s": "acehilopstuy",
    "t": "acehiloprstuy",
    "u": "abcefilmnprst",
    "v": "aei",
    "w": "aehinor",
    "x": "ceipt",
    "y": "pst",
    "z": "aeio",
}
"""The letters that follow each letter in 94 of 100 places of the words in Python's library."""

FOLLOWERS = {ord(letter): letters.encode() for letter, letters in _FOLLOWERS.items()}
