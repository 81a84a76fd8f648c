import java.util.Properties;
import javax.mail.Message;
import javax.mail.Session;
import javax.mail.Transport;
import javax.mail.internet.InternetAddress;
import javax.mail.internet.MimeMessage;

/** Sends one line of test text with JavaMail: EHLO SERVER PORT PROTOCOLS|default [PASSWORD]. */
public class SendMail {
    public static void main(String[] words) throws Exception {
        Properties settings = new Properties();
        settings.put("mail.smtp.localhost", words[0]);
        settings.put("mail.smtp.host", words[1]);
        settings.put("mail.smtp.port", words[2]);
        settings.put("mail.smtp.starttls.enable", "true");
        settings.put("mail.smtp.starttls.required", "true");
        settings.put("mail.smtp.ssl.trust", "*");
        settings.put("mail.smtp.timeout", "8000");
        if (!words[3].equals("default")) {
            settings.put("mail.smtp.ssl.protocols", words[3]);
        }
        Session session = Session.getInstance(settings);
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress("scanner@contoso.example"));
        message.setRecipients(Message.RecipientType.TO, "printroom@contoso.example");
        message.setSubject("test");
        message.setText("One line of test text.");
        if (words.length > 4) {
            Transport.send(message, "scanner@contoso.example", words[4]);
        } else {
            Transport.send(message);
        }
    }
}
