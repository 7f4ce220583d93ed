/**
 * The names of the IANA time zones and their abbreviations since 1970, which Intl does not know, of release 2025c of the tz database
 * (in the public domain). A line that begins with `@` tells what the zones below it call their offsets, in minutes: `-300=EST -240=EDT`.
 * Where an offset had several names, each but the first follows the second, since the epoch, at which it came into use. What has no
 * name is called by its number, `-03`.
 */
export const zoneTable = `
@
Africa/Casablanca Africa/El_Aaiun America/Araguaina America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/ComodRivadavia
America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza America/Argentina/Rio_Gallegos
America/Argentina/Salta America/Argentina/San_Juan America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia America/Asuncion
America/Bahia America/Belem America/Boa_Vista America/Bogota America/Buenos_Aires America/Campo_Grande America/Caracas America/Catamarca
America/Cayenne America/Cordoba America/Coyhaique America/Cuiaba America/Eirunepe America/Fortaleza America/Godthab America/Guayaquil
America/Guyana America/Jujuy America/La_Paz America/Lima America/Maceio America/Manaus America/Mendoza America/Montevideo America/Noronha
America/Nuuk America/Paramaribo America/Porto_Acre America/Porto_Velho America/Punta_Arenas America/Recife America/Rio_Branco America/Rosario
America/Santarem America/Santiago America/Sao_Paulo America/Scoresbysund Antarctica/Casey Antarctica/Davis Antarctica/DumontDUrville
Antarctica/Mawson Antarctica/Palmer Antarctica/Rothera Antarctica/Syowa Antarctica/Troll Antarctica/Vostok Asia/Aden Asia/Almaty Asia/Anadyr
Asia/Aqtau Asia/Aqtobe Asia/Ashgabat Asia/Ashkhabad Asia/Atyrau Asia/Baghdad Asia/Bahrain Asia/Baku Asia/Bangkok Asia/Barnaul Asia/Bishkek
Asia/Brunei Asia/Chita Asia/Choibalsan Asia/Colombo Asia/Dacca Asia/Dhaka Asia/Dili Asia/Dubai Asia/Dushanbe Asia/Ho_Chi_Minh Asia/Hovd
Asia/Irkutsk Asia/Kabul Asia/Kamchatka Asia/Kashgar Asia/Kathmandu Asia/Katmandu Asia/Khandyga Asia/Krasnoyarsk Asia/Kuala_Lumpur Asia/Kuching
Asia/Kuwait Asia/Magadan Asia/Muscat Asia/Novokuznetsk Asia/Novosibirsk Asia/Omsk Asia/Oral Asia/Phnom_Penh Asia/Qatar Asia/Qostanay
Asia/Qyzylorda Asia/Rangoon Asia/Riyadh Asia/Saigon Asia/Sakhalin Asia/Samarkand Asia/Singapore Asia/Srednekolymsk Asia/Tashkent Asia/Tbilisi
Asia/Tehran Asia/Thimbu Asia/Thimphu Asia/Tomsk Asia/Ulaanbaatar Asia/Ulan_Bator Asia/Urumqi Asia/Ust-Nera Asia/Vientiane Asia/Vladivostok
Asia/Yakutsk Asia/Yangon Asia/Yekaterinburg Asia/Yerevan Atlantic/Cape_Verde Atlantic/South_Georgia Atlantic/Stanley Australia/Eucla Brazil/Acre
Brazil/DeNoronha Brazil/East Brazil/West Chile/Continental Chile/EasterIsland Etc/GMT+1 Etc/GMT+10 Etc/GMT+11 Etc/GMT+12 Etc/GMT+2 Etc/GMT+3
Etc/GMT+4 Etc/GMT+5 Etc/GMT+6 Etc/GMT+7 Etc/GMT+8 Etc/GMT+9 Etc/GMT-1 Etc/GMT-10 Etc/GMT-11 Etc/GMT-12 Etc/GMT-13 Etc/GMT-14 Etc/GMT-2 Etc/GMT-3
Etc/GMT-4 Etc/GMT-5 Etc/GMT-6 Etc/GMT-7 Etc/GMT-8 Etc/GMT-9 Europe/Astrakhan Europe/Samara Europe/Saratov Europe/Ulyanovsk Indian/Chagos
Indian/Christmas Indian/Cocos Indian/Kerguelen Indian/Mahe Indian/Maldives Indian/Mauritius Indian/Reunion Iran Kwajalein NZ-CHAT Pacific/Apia
Pacific/Bougainville Pacific/Chatham Pacific/Chuuk Pacific/Easter Pacific/Efate Pacific/Enderbury Pacific/Fakaofo Pacific/Fiji Pacific/Funafuti
Pacific/Galapagos Pacific/Gambier Pacific/Guadalcanal Pacific/Kanton Pacific/Kiritimati Pacific/Kosrae Pacific/Kwajalein Pacific/Majuro
Pacific/Marquesas Pacific/Nauru Pacific/Niue Pacific/Norfolk Pacific/Noumea Pacific/Palau Pacific/Pitcairn Pacific/Pohnpei Pacific/Ponape
Pacific/Port_Moresby Pacific/Rarotonga Pacific/Tahiti Pacific/Tarawa Pacific/Tongatapu Pacific/Truk Pacific/Wake Pacific/Wallis Pacific/Yap
Singapore
@-210=NST -150=NDT -90=NDDT
America/St_Johns Canada/Newfoundland
@-240=AST
America/Anguilla America/Antigua America/Aruba America/Blanc-Sablon America/Curacao America/Dominica America/Grenada America/Guadeloupe
America/Kralendijk America/Lower_Princes America/Marigot America/Miquelon America/Montserrat America/Port_of_Spain America/Puerto_Rico
America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent America/Tortola America/Virgin
@-240=AST -180=ADT
America/Barbados America/Glace_Bay America/Halifax America/Martinique America/Moncton America/Thule Atlantic/Bermuda Canada/Atlantic
@-240=AST -180=ADT -120=ADDT
America/Goose_Bay
@-300=CST -240=CDT
America/Havana Cuba
@-300=EST
America/Atikokan America/Cayman America/Coral_Harbour America/Panama EST
@-300=EST -240=AST
America/Santo_Domingo
@-300=EST -240=EDT
America/Detroit America/Fort_Wayne America/Indiana/Indianapolis America/Indiana/Vevay America/Indianapolis America/Jamaica America/Montreal
America/Nassau America/New_York America/Nipigon America/Port-au-Prince America/Thunder_Bay America/Toronto Canada/Eastern EST5EDT Jamaica
US/East-Indiana US/Eastern US/Michigan
@-300=EST -240=EDT,1425798000:AST,1520751600:EDT
America/Grand_Turk
@-300=EST,126687600:CDT,152089200:EST -240=EDT
America/Indiana/Marengo America/Kentucky/Louisville America/Louisville
@-360=CST
America/Regina Canada/Saskatchewan
@-360=CST -300=CDT
America/Belize America/Chicago America/Costa_Rica America/El_Salvador America/Guatemala America/Matamoros America/Mexico_City America/Monterrey
America/Rainy_River America/Tegucigalpa America/Winnipeg CST6CDT Canada/Central Mexico/General US/Central
@-360=CST -300=CDT,247042800:EST,1143961200:CDT,1194159600:EST -240=EDT
America/Indiana/Petersburg
@-360=CST -300=CDT,688546800:EST,1143961200:CDT
America/Indiana/Knox America/Knox_IN US/Indiana-Starke
@-360=CST -300=CDT,972802800:EST -240=EDT
America/Kentucky/Monticello
@-360=CST -300=CDT,972802800:EST,986112000:CDT
America/Rankin_Inlet
@-360=CST -300=CDT,972802800:EST,986112000:CDT,1162105200:EST,1173600000:CDT
America/Resolute
@-360=CST -300=EST,104914800:CDT
America/Menominee
@-360=CST -300=EST,1143961200:CDT -240=EDT
America/Indiana/Tell_City
@-360=CST -300=EST,1143961200:CDT,1194156000:EST -240=EDT
America/Indiana/Winamac
@-360=CST -300=EST,1143961200:CDT,1194159600:EST -240=EDT
America/Indiana/Vincennes
@-360=CST -300=EST,290584800:CDT,694260000:EST,1113112800:CDT
America/Managua
@-360=CST -300=EST,828864000:CDT
America/Merida
@-360=CST -300=EST,828864000:CDT,877849200:EST,902037600:CDT,1422777600:EST -240=EDT
America/Cancun
@-360=CST -300=EST,954662400:CDT,972802800:EST -240=EDT
America/Iqaluit America/Pangnirtung
@-420=MST
America/Creston America/Phoenix MST US/Arizona
@-420=MST -360=CST
America/Swift_Current
@-420=MST -360=CST,891766800:MDT,1667116800:CST -300=CDT
America/Chihuahua America/Ojinaga
@-420=MST -360=CST,891766800:MDT,1667116800:CST,1678611600:MDT -300=CDT
America/Ciudad_Juarez
@-420=MST -360=MDT
America/Boise America/Denver America/Edmonton America/Hermosillo America/Mazatlan America/Shiprock America/Yellowknife Canada/Mountain MST7MDT
Mexico/BajaSur Navajo US/Mountain
@-420=MST -360=MDT,1067155200:CST -300=CDT
America/North_Dakota/New_Salem
@-420=MST -360=MDT,1288508400:CST -300=CDT
America/Bahia_Banderas
@-420=MST -360=MDT,1289116800:CST -300=CDT
America/North_Dakota/Beulah
@-420=MST -360=MDT,720000000:CST -300=CDT
America/North_Dakota/Center
@-420=MST -360=MDT,941356800:CST,986115600:MDT -300=CDT,972802800:EST
America/Cambridge_Bay
@-44.5=MMT 0=GMT
Africa/Monrovia
@-480=PST -420=PDT
America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver Canada/Pacific Mexico/BajaNorte PST8PDT US/Pacific
@-480=PST -420=PDT,1425808800:MST
America/Fort_Nelson
@-480=PST -420=PDT,1604214000:MST
America/Whitehorse Canada/Yukon
@-480=PST -420=PDT,309945600:MST -360=MDT
America/Inuvik
@-480=PST -420=PDT,84013200:MST
America/Dawson_Creek
@-540=AKST -480=PST,1457866800:AKDT,1541325600:PST,1552215600:AKDT -420=PDT
America/Metlakatla
@-540=YST -480=PST -420=PDT,1604214000:MST
America/Dawson
@-540=YST,439030800:AKST -480=PST,325677600:YDT,341402400:PST,452084400:AKDT -420=PDT
America/Juneau
@-540=YST,439030800:AKST -480=PST,452084400:AKDT -420=PDT
America/Sitka
@-540=YST,439030800:AKST -480=YDT,452084400:AKDT
America/Yakutat
@-600=AHST -540=AHDT,436359600:YST,439030800:AKST -480=AKDT
America/Anchorage US/Alaska
@-600=HST
HST Pacific/Honolulu Pacific/Johnston US/Hawaii
@-660=BST -600=BDT -540=YST,439030800:AKST -480=AKDT
America/Nome
@-660=BST -600=BDT,436363200:AHST,439034400:HST -540=HDT
America/Adak America/Atka US/Aleutian
@-660=SST
Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa
@0=,725421600:WET,740278800: 60=WEST
Atlantic/Azores
@0=GMT
Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar Africa/Freetown Africa/Lome Africa/Nouakchott
Africa/Ouagadougou Africa/Timbuktu America/Danmarkshavn Atlantic/Reykjavik Atlantic/St_Helena Etc/GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich
GMT GMT+0 GMT-0 GMT0 Greenwich Iceland
@0=GMT 60=BST
Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/London GB GB-Eire
@0=GMT 60=IST
Eire Europe/Dublin
@0=GMT 60=WAT
Africa/Sao_Tome
@0=UTC
Etc/UCT Etc/UTC Etc/Universal Etc/Zulu UCT UTC Universal Zulu
@0=WET 60=CET,228268800:WEST,717555600:CET,828234000:WEST 120=CEST
Europe/Lisbon Portugal WET
@0=WET 60=WEST
Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira
@0=WET 60=WEST,246236400:CET,325468800:WEST,357523200:CET 120=CEST
Africa/Algiers
@0=WET 60=WEST,448243200:CET 120=CEST
Africa/Ceuta
@120=CAT
Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Kigali Africa/Lubumbashi Africa/Lusaka Africa/Maputo
@120=CAT 180=CAST,947930400:EAT
Africa/Juba Africa/Khartoum
@120=EET 180=EEST
Africa/Cairo Asia/Beirut Asia/Nicosia EET Egypt Europe/Athens Europe/Bucharest Europe/Helsinki Europe/Mariehamn Europe/Nicosia Europe/Sofia
@120=EET 180=EEST,1473282000:,1521939600:EEST
Asia/Famagusta
@120=EET 180=EEST,1666904400:
Asia/Damascus
@120=EET 180=EEST,1666908000:
Asia/Amman
@120=EET 180=EEST,267915600:,482799600:EEST,1473195600:
Asia/Istanbul Europe/Istanbul Turkey
@120=EET 180=MSK,606870000:EEST 240=MSD
Europe/Riga Europe/Tallinn
@120=EET 180=MSK,606870000:EEST,1301184000: 240=MSD
Europe/Kaliningrad
@120=EET 180=MSK,641944800:EEST 240=MSD
Europe/Chisinau Europe/Tiraspol
@120=EET 180=MSK,646783200:EEST 240=MSD
Europe/Kiev Europe/Kyiv Europe/Uzhgorod Europe/Zaporozhye
@120=EET 180=MSK,670374000:EEST,1301184000: 240=MSD
Europe/Minsk
@120=EET 180=MSK,670374000:EEST,695779200:MSK 240=MSD,1301180400:MSK
Europe/Moscow W-SU
@120=EET 180=MSK,701827200:EEST,780447600:MSK,859683600:EEST,1414274400:MSK 240=MSD,1396137600:MSK
Europe/Simferopol
@120=IST 180=IDT
Asia/Jerusalem Asia/Tel_Aviv Israel
@120=IST,820447200:EET 180=IDT,828655200:EEST
Asia/Gaza Asia/Hebron
@120=SAST
Africa/Johannesburg Africa/Maseru Africa/Mbabane
@180=EAT
Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu Africa/Nairobi
Indian/Antananarivo Indian/Comoro Indian/Mayotte
@180=MSK 240=,575416800:MSD,670374000:,701820000:MSD,1301180400:MSK,1540681200:
Europe/Volgograd
@180=MSK 240=,606866400:MSD,670374000:,701820000:MSD,1301180400:MSK
Europe/Kirov
@300=,38775600:PKT 360=PKST
Asia/Karachi
@330=IST
Asia/Calcutta Asia/Kolkata
@420=WIB
Asia/Jakarta
@420=WIB 480=WITA
Asia/Pontianak
@480=AWST 540=AWDT
Australia/Perth Australia/West
@480=CST 540=CDT
Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei PRC ROC
@480=HKT 540=HKST
Asia/Hong_Kong Hongkong
@480=PST 540=PDT
Asia/Manila
@480=WITA
Asia/Makassar Asia/Ujung_Pandang
@510=KST 540=KST
Asia/Pyongyang
@540=JST
Asia/Tokyo Japan
@540=KST 600=KDT
Asia/Seoul ROK
@540=WIT
Asia/Jayapura
@570=ACST
Australia/Darwin Australia/North
@570=ACST 630=ACDT
Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna
@600=AEST
Australia/LHI Australia/Lord_Howe
@600=AEST 660=AEDT
Antarctica/Macquarie Australia/ACT Australia/Brisbane Australia/Canberra Australia/Currie Australia/Hobart Australia/Lindeman Australia/Melbourne
Australia/NSW Australia/Queensland Australia/Sydney Australia/Tasmania Australia/Victoria
@600=GST,977493600:ChST 660=GDT
Pacific/Guam Pacific/Saipan
@60=CET 120=CEST
Africa/Tunis Arctic/Longyearbyen Atlantic/Jan_Mayen CET Europe/Amsterdam Europe/Andorra Europe/Belgrade Europe/Berlin Europe/Bratislava
Europe/Brussels Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta
Europe/Monaco Europe/Oslo Europe/Paris Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo Europe/Skopje Europe/Stockholm
Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich MET Poland
@60=CET 120=EET,386463600:CEST,641775600:EET,860108400:CEST,875916000:EET,1364515200:CEST,1382659200:EET
Africa/Tripoli Libya
@60=CET 120=EET,891133200:CEST,941331600:EET 180=MSK,606870000:EEST 240=MSD
Europe/Vilnius
@60=WAT
Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Luanda Africa/Malabo Africa/Niamey
Africa/Porto-Novo
@60=WAT 120=SAST,637970400:CAT
Africa/Windhoek
@60=WAT 120=WAST
Africa/Ndjamena
@720=NZST 780=NZDT
Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland
`;
