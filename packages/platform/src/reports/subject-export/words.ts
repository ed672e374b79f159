// What the page of a person's decisions says beyond the words that it shares with the verifier's page, in both languages. `{name}`
// stands for what is put in. The Arabic was not reviewed by a native reader, which the page says, too.

import { arabic as arabicShared } from '../verifier-page/words-arabic.ts'
import { english as englishShared } from '../verifier-page/words-english.ts'

const english = {
  title: 'Decisions about you',
  eyebrow: 'What is held about one person',
  lead: 'These are the decisions that this log holds about the person with this pseudonym. The file that came with this page holds a proof of each, which anybody can check offline.',
  person: 'Pseudonym',
  log: 'Log',
  logEntries: '{name}, {n} entries',
  exportedAt: 'Put together',
  decisionCount: 'Decisions in this file',
  access: 'This export is itself recorded',
  accessAt: 'entry {n} of the evidence log',
  none: 'This log holds no decision about this person. What was erased cannot be found by a person any more: nobody knows whom it was about.',
  moreDecisions: 'There are more decisions, in another file.',
  decisionAt: 'Decision {n}',
  stateTerm: 'Content',
  state_shown: 'shown below',
  state_erased: 'erased',
  state_withheld: 'held, and not shown',
  erasedText:
    'The content of this decision was destroyed. That it was made, and when, is still proven.',
  withheldText: 'These parts are held and were left out here:',
  entryAt: 'decision {n}',
  valuesOf: 'What was recorded when it was made.',
  accesses: 'Who was shown these decisions before',
  accessesText:
    'As recorded before anything was shown. Names of those who asked are not told here.',
  accessesNone: 'Nobody, as far as is recorded.',
  accessesMore: '{n} more are in the file.',
  when: 'When',
  what: 'What for',
  which: 'Decisions',
  parts: 'Parts',
  act_show: 'looked at',
  act_find: 'listed',
  act_receipt: 'a receipt',
  act_export: 'an export',
  keptFor: 'Kept for',
  keptAtLeast: 'at least {period} ({law})',
  keptAtMost: 'at most {period} ({law})',
  keptUndeclared: 'not declared',
  deployments: 'How decisions are made and kept',
  deploymentsText:
    'What each system is given and answers, and what is never kept of it, as declared now.',
  field: 'Field',
  kind: 'Kind',
  kept: 'Kept',
  number: 'number',
  text: 'text',
  boolean: 'yes or no',
  kept_whole: 'as it is',
  kept_mask: 'masked',
  kept_drop: 'not kept',
  undeclared: 'This system is not declared here any more.',
  rights: 'What you can do with this',
  rightCheck:
    'Have every proof checked, with `proofhouse verify export` or by the page that verifies receipts.',
  rightCorrect:
    'Ask for a decision to be corrected. The correction is recorded beside it, and both say so.',
  rightErase:
    'Ask for erasure. Where a law asks that it be kept, it is kept for that long, and you are told.',
  rightMasked:
    'Values that read *** were masked before anything was recorded: nobody has them here.',
  footer:
    'Written by proofhouse {version}. This page holds data about a person. It makes no request.',
} as const

/** Words of this page alone. */
type Own = Readonly<Record<keyof typeof english, string>>

const arabic: Own = {
  title: 'القرارات المتعلقة بك',
  eyebrow: 'ما هو محفوظ عن شخص واحد',
  lead: 'هذه هي القرارات التي يحتفظ بها هذا السجل عن الشخص صاحب هذا الاسم المستعار. والملف المرفق بهذه الصفحة يحتوي على برهان لكل منها يمكن لأي أحد أن يتحقق منه دون شبكة.',
  person: 'الاسم المستعار',
  log: 'السجل',
  logEntries: '{name}، عدد القيود {n}',
  exportedAt: 'وقت الإعداد',
  decisionCount: 'عدد القرارات في هذا الملف',
  access: 'هذا التصدير نفسه مسجَّل',
  accessAt: 'القيد {n} في سجل الأدلة',
  none: 'لا يحتوي هذا السجل على أي قرار عن هذا الشخص. وما مُحي لا يمكن العثور عليه بحسب الشخص بعد الآن: فلا أحد يعرف بمن كان يتعلق.',
  moreDecisions: 'هناك قرارات أخرى في ملف آخر.',
  decisionAt: 'القرار {n}',
  stateTerm: 'المحتوى',
  state_shown: 'يظهر أدناه',
  state_erased: 'مُحي',
  state_withheld: 'محفوظ ولا يظهر',
  erasedText: 'أُتلف محتوى هذا القرار. أما أنه اتُّخذ ومتى اتُّخذ فلا يزال مثبتًا.',
  withheldText: 'هذه الأجزاء محفوظة وقد تُركت هنا:',
  entryAt: 'القرار {n}',
  valuesOf: 'ما سُجِّل وقت اتخاذه.',
  accesses: 'مَن عُرضت عليه هذه القرارات من قبل',
  accessesText: 'كما سُجِّل قبل عرض أي شيء. ولا تُذكر هنا أسماء من طلبوا ذلك.',
  accessesNone: 'لا أحد، بحسب ما هو مسجَّل.',
  accessesMore: 'هناك {n} أخرى في الملف.',
  when: 'متى',
  what: 'الغرض',
  which: 'القرارات',
  parts: 'الأجزاء',
  act_show: 'اطِّلاع',
  act_find: 'إدراج في قائمة',
  act_receipt: 'إيصال',
  act_export: 'تصدير',
  keptFor: 'مدة الحفظ',
  keptAtLeast: '{period} على الأقل ({law})',
  keptAtMost: '{period} على الأكثر ({law})',
  keptUndeclared: 'غير مصرَّح بها',
  deployments: 'كيف تُتخذ القرارات وتُحفظ',
  deploymentsText: 'ما يُعطى لكل نظام وما يجيب به، وما لا يُحفظ منه أبدًا، كما هو مصرَّح به الآن.',
  field: 'الحقل',
  kind: 'النوع',
  kept: 'الحفظ',
  number: 'رقم',
  text: 'نص',
  boolean: 'نعم أو لا',
  kept_whole: 'كما هو',
  kept_mask: 'مُقنَّع',
  kept_drop: 'لا يُحفظ',
  undeclared: 'لم يعد هذا النظام مصرَّحًا به هنا.',
  rights: 'ما يمكنك فعله بهذا',
  rightCheck:
    'اطلب التحقق من كل برهان بواسطة `proofhouse verify export` أو بالصفحة التي تتحقق من الإيصالات.',
  rightCorrect: 'اطلب تصحيح قرار. يُسجَّل التصحيح إلى جانبه، ويذكر كل منهما الآخر.',
  rightErase: 'اطلب المحو. وحيث يوجب قانون الاحتفاظ به، يُحتفظ به تلك المدة وتُبلَّغ بذلك.',
  rightMasked: 'القيم التي تظهر *** قُنِّعت قبل تسجيل أي شيء: فهي ليست لدى أحد هنا.',
  footer: 'كتبه proofhouse {version}. تحتوي هذه الصفحة على بيانات عن شخص، ولا ترسل أي طلب.',
}

/** The languages of the page. */
export const exportWords = {
  en: { ...englishShared, ...english, locale: 'en' },
  ar: { ...arabicShared, ...arabic, locale: 'ar-u-nu-latn' },
} as const

/** A language of the page. */
export type ExportLanguage = keyof typeof exportWords

/** Everything the page says in one language. */
export type ExportWords = Readonly<Record<keyof (typeof exportWords)['en'], string>>
