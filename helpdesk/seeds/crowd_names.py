"""What the names of the crowd are put together from; nobody and no company is meant."""

from __future__ import annotations

from collections.abc import Mapping

Names = tuple[str, ...]


def _apart(text: str, separator: str | None = None) -> Names:
    return tuple(name.strip() for name in text.split(separator))


# language → (women, men)
GIVEN: Mapping[str, tuple[Names, Names]] = {
    "lt": (
        _apart("""
            Agnė Aistė Birutė Dalia Eglė Gintarė Ieva Jurgita Kristina Laima Monika Rasa Sandra Toma Vaida Živilė
        """),
        _apart("""
            Andrius Arvydas Darius Edgaras Gediminas Jonas Kęstutis Linas Mindaugas Nerijus Povilas Ričardas Saulius
            Tomas Vidas Žygimantas
        """),
    ),
    "en": (
        _apart("""
            Anneli Beata Carla Dorota Eva Greta Hanna Ilze Katrin Liis Magda Nora Piret Sofie Tiina Wiebke
        """),
        _apart("""
            Aleks Bernd Casper Dawid Erik Falk Grzegorz Henrik Jaan Karlis Lukas Martin Oskar Piotr Sven Toomas
        """),
    ),
    "ru": (
        _apart("""
            Айгерим Алина Вера Галина Динара Евгения Жанна Инна Камила Лариса Мадина Надежда Полина Светлана Татьяна
            Юлия
        """),
        _apart("""
            Азамат Борис Виталий Глеб Дмитрий Ержан Захар Игорь Кирилл Марат Никита Олжас Павел Роман Степан Тимофей
        """),
    ),
    "zh-Hans": (
        _apart("""
            佳怡 思琪 雨桐 晓燕 婷婷 静怡 梦洁 秋月 雅文 慧敏 若兰 春梅 诗涵 海霞 丽君 欣然
        """),
        _apart("""
            建国 志强 浩然 宇航 俊杰 明辉 文博 国栋 天宇 子轩 海波 晓峰 立新 伟伦 家豪 永康
        """),
    ),
}  # fmt: skip
FAMILY: Mapping[str, tuple[Names, Names]] = {
    "lt": (
        _apart("""
            Adomaitienė Balčiūnaitė Daukšienė Gricienė Jurgutytė Kavaliūnė Lapinskaitė Mikalonienė Noreikaitė
            Petrulytė Rimšienė Sabaliauskė Tamulytė Urbonienė Vaičiulytė Žukienė
        """),
        _apart("""
            Adomaitis Balčiūnas Daukša Gricius Jurgutis Kavaliūnas Lapinskas Mikalonis Noreika Petrulis Rimša
            Sabaliauskas Tamulis Urbonas Vaičiulis Žukas
        """),
    ),
    "en": (
        _apart("""
            Albers Brodzka Carlsen Dahl Evers Frick Grosz Hartmann Ivask Jansons Kallas Lindner Mets Nowicka Ozola
            Pfeil
        """),
        _apart("""
            Albers Brodzki Carlsen Dahl Evers Frick Grosz Hartmann Ivask Jansons Kallas Lindner Mets Nowicki Ozols
            Pfeil
        """),
    ),
    "ru": (
        _apart("""
            Абдуллина Белова Вершинина Горелова Досаева Ермакова Жукова Зимина Исаева Ким Лунёва Мельник Носова Орлова
            Прохорова Сафина
        """),
        _apart("""
            Абдуллин Белов Вершинин Горелов Досаев Ермаков Жуков Зимин Исаев Ким Лунёв Мельник Носов Орлов Прохоров
            Сафин
        """),
    ),
    "zh-Hans": (
        _apart("""
            李 王 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林
        """),
        _apart("""
            李 王 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林
        """),
    ),
}  # fmt: skip
CITIES: Mapping[str, Names] = {
    "lt": _apart("""
        Vilnius Kaunas Klaipėda Šiauliai Panevėžys Alytus Marijampolė Utena
    """),
    "en": _apart("""
        Tallinn Tartu Riga Gdańsk Łódź Hamburg Berlin Leipzig
    """),
    "ru": _apart("""
        Алматы Астана Караганда Шымкент Рига Даугавпилс
    """),
    "zh-Hans": _apart("""
        上海 苏州 杭州 南京 宁波
    """),
}  # fmt: skip
# The word of a company's name, and what is made of it.
WORDS: Mapping[str, Names] = {
    "lt": _apart("""
        Ąžuolynas Baltija Derlius Eglynas Gintaras Javai Kalva Liepa Marios Nendrė Obelis Pajūris Rasa Saulėtekis
        Tiltas Upė Vėtrungė Žaliuma Akmuo Bitė Daigas Gilė Krantas Lankos Migla Paukštė Ratas Šaltinis Tauta Versmė
        Vilnis Žemynas
    """),
    "en": _apart("""
        Amberwell Birkenfeld Coldbrook Dunmore Elmside Fairhaven Greifen Harrow Isar Juniper Kestrel Linden Meridian
        Northway Oakridge Pinecrest Quarry Ravensund Stonegate Tidewater Uplands Veldt Westmark Yarrow Zephyr Ashford
        Brightsea Copperline Driftwood Eastlake Foxglove Graniteport
    """),
    "ru": _apart("""
        Алатау Берег Восход Горизонт Долина Енлик Жайлау Заря Исток Караван Луч Меридиан Нива Оазис Парус Родник
        Сайран Тулпар Урожай Форпост Хлебник Цитрон Чайка Шанырак Эдельвейс Юность Янтарь Айнабулак Бастау Дархан
        Колос Самал
    """),
    "zh-Hans": _apart("""
        安禾 百川 长庚 丹枫 恩泽 丰谷 广陵 海棠 佳木 凯风 兰亭 明珠 宁远 鹏程 清源 瑞雪 松涛 天泽 万象 新野 雅集 卓越
        朝晖 德润 飞鸿 鹤鸣 金穗 陆海 沐阳 晴川 盛和 云帆
    """),
}  # fmt: skip
TRADES: Mapping[str, Names] = {
    "lt": _apart("""
        UAB „{}“; UAB „{} prekyba“; MB „{} kepiniai“; UAB „{} sandėliai“; UAB „{} vaistinės“; UAB „{} logistika“;
        MB „{} kavinės“; UAB „{} baldai“
    """, ";"),
    "en": _apart("""
        {} Trading Ltd; {} Foods OÜ; {} Logistik GmbH; {} Retail SIA; {} Pharmacies Sp. z o.o.; {} Märkte GmbH;
        {} Warehousing OÜ; {} Bakery SIA
    """, ";"),
    "ru": _apart("""
        ТОО «{}»; ТОО «{} Трейд»; ТОО «{} Логистик»; ТОО «Аптеки {}»; SIA „{}“; ТОО «{} Маркет»; ТОО «{} Склад»;
        ИП «{}»
    """, ";"),
    "zh-Hans": _apart("""
        {}商贸有限公司; {}食品有限公司; {}物流有限公司; {}药房连锁有限公司; {}便利店有限公司; {}仓储有限公司;
        {}餐饮有限公司; {}生物科技有限公司
    """, ";"),
}  # fmt: skip
